// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CXXHash

/// XXH3-128 with a secret, over bytes in pieces of any size.
@safe package struct KeyedHasher: ~Copyable {
    private let state: OpaquePointer
    /// The library keeps a pointer to the secret, so it lives as long as the
    /// state.
    private let secret: UnsafeMutableRawBufferPointer

    package init(key: HashKey) {
        // Only without memory for a few hundred bytes; nothing can go on then.
        guard let state = XXH3_createState() else { fatalError("XXH3_createState: out of memory") }
        self.state = state
        secret = .allocate(byteCount: key.secret.count, alignment: 64)
        secret.copyBytes(from: key.secret)
        // Refuses a secret that is too short only, and a `HashKey` has the right length.
        guard XXH3_128bits_reset_withSecret(state, secret.baseAddress, secret.count) == XXH_OK else {
            fatalError("XXH3_128bits_reset_withSecret refused its own secret")
        }
    }

    deinit {
        XXH3_freeState(state)
        secret.deallocate()
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        let result = bytes.withUnsafeBytes { XXH3_128bits_update(state, $0.baseAddress, $0.count) }
        // Refuses null pointers only; a hash without these bytes would be wrong in silence.
        guard result == XXH_OK else { fatalError("XXH3_128bits_update refused \(bytes.count) bytes") }
    }

    /// The hash of all bytes so far: 16 bytes, canonical (big-endian).
    package func finish() -> [UInt8] {
        var canonical = XXH128_canonical_t()
        XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state))
        return withUnsafeBytes(of: &canonical) { Array($0) }
    }

    /// The hash of one piece.
    package static func hash(_ bytes: Span<UInt8>, key: HashKey) -> [UInt8] {
        var hasher = KeyedHasher(key: key)
        hasher.update(bytes)
        return hasher.finish()
    }
}
