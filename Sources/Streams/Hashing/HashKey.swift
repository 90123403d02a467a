// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CXXHash

/// The key of `KeyedHasher`, made of the store's secret.
///
/// Without it nobody can make two packages that count as the same one
/// (architecture, invariant 3). Two keys of one secret are the same key.
package struct HashKey: Sendable {
    /// XXH3's own secret, 192 bytes.
    let secret: [UInt8]

    /// - Parameter secret: random bytes, at least 16.
    package init(secret: [UInt8]) {
        precondition(secret.count >= 16, "a hash key takes at least 16 random bytes")
        var derived = [UInt8](repeating: 0, count: Int(XXH3_SECRET_DEFAULT_SIZE))
        let result = derived.withUnsafeMutableBytes { target in
            secret.withUnsafeBytes { source in
                XXH3_generateSecret(target.baseAddress, target.count, source.baseAddress, source.count)
            }
        }
        // Refuses nothing but null pointers and short targets, and has neither.
        guard result == XXH_OK else { fatalError("XXH3_generateSecret refused \(secret.count) bytes") }
        self.secret = derived
    }
}
