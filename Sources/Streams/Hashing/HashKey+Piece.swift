// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CXXHash

/// An XXH3-128 as two numbers.
package struct Hash128: Hashable, Sendable, BitwiseCopyable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

extension HashKey {
    /// XXH3-128 of one piece, in one call and without a state: what a million
    /// small pieces need. The same as `KeyedHasher` gives.
    package func hash(_ bytes: Span<UInt8>) -> Hash128 {
        secret.withUnsafeBytes { secret in
            bytes.withUnsafeBytes { bytes in
                let hash = XXH3_128bits_withSecret(
                    bytes.baseAddress, bytes.count, secret.baseAddress, secret.count)
                return Hash128(high: hash.high64, low: hash.low64)
            }
        }
    }

    /// The hash of two hashes, in this order.
    package func hash(_ one: Hash128, _ other: Hash128) -> Hash128 {
        var words: InlineArray<4, UInt64> = [
            one.high.bigEndian, one.low.bigEndian, other.high.bigEndian, other.low.bigEndian,
        ]
        return secret.withUnsafeBytes { secret in
            withUnsafeBytes(of: &words) { bytes in
                let hash = XXH3_128bits_withSecret(
                    bytes.baseAddress, bytes.count, secret.baseAddress, secret.count)
                return Hash128(high: hash.high64, low: hash.low64)
            }
        }
    }
}
