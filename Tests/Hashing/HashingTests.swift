// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Hashing
import Testing

@Suite("Hashing") struct HashingTests {
    private let key = HashKey(secret: Array(0..<32))
    private let bytes = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 7) }

    @Test("pieces of any size make the same hash", arguments: [1, 7, 239, 240, 241, 1_024, 4_999, 5_000])
    func pieces(size: Int) {
        var hasher = KeyedHasher(key: key)
        var sha = SHA256Hasher()
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = bytes.span.extracting(start..<min(start + size, bytes.count))
            hasher.update(piece)
            sha.update(piece)
        }
        let hash = hasher.finish()
        #expect(hash == KeyedHasher.hash(bytes.span, key: key))
        #expect(hash.count == 16)
        var whole = SHA256Hasher()
        whole.update(bytes.span)
        #expect(sha.finish() == whole.finish())
    }

    @Test("another key makes another hash, the same secret the same")
    func keys() {
        let other = HashKey(secret: Array(1..<33))
        let same = HashKey(secret: Array(0..<32))
        #expect(KeyedHasher.hash(bytes.span, key: other) != KeyedHasher.hash(bytes.span, key: key))
        #expect(KeyedHasher.hash(bytes.span, key: same) == KeyedHasher.hash(bytes.span, key: key))
        #expect(KeyedHasher.hash([UInt8]().span, key: other) != KeyedHasher.hash([UInt8]().span, key: key))
    }

    @Test("a hash stays what it was: stored ones must go on meaning something")
    func stable() {
        let hash = KeyedHasher.hash(Array("abc".utf8).span, key: key)
        #expect(
            hash.map { String($0, radix: 16) }.joined(separator: " ")
                == "3 8b 4a 6 26 72 b1 de b3 4b 9e b1 69 fd 29 52")
    }

    @Test("SHA-256 of the standard's examples (FIPS 180-2, B.1)")
    func sha256() {
        var hasher = SHA256Hasher()
        #expect(hasher.finish() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        hasher.update(Array("abc".utf8).span)
        #expect(hasher.finish() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("one call gives what pieces give, for every length and key")
    func oneCall() {
        for seed in [UInt8(1), 9] {
            let key = HashKey(secret: [UInt8](repeating: seed, count: 32))
            for length in [0, 1, 3, 16, 17, 128, 129, 240, 241, 5_000] {
                let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let hash = key.hash(bytes.span)
                let words = [hash.high, hash.low].flatMap { word in
                    (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
                }
                #expect(words == KeyedHasher.hash(bytes.span, key: key), "\(length) bytes")
            }
        }
    }

    @Test("the hash of two hashes minds their order")
    func twoHashes() {
        let key = HashKey(secret: [UInt8](repeating: 3, count: 32))
        let (one, other) = (Hash128(high: 1, low: 2), Hash128(high: 3, low: 4))
        #expect(key.hash(one, other) == key.hash(one, other))
        #expect(key.hash(one, other) != key.hash(other, one))
    }
}
