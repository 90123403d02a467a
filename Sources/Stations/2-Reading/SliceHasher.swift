// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Hashing
import Records
import TextStreams

/// Hashes slices together with all that decides what their bytes mean.
///
/// Bytes that are the same in another context make another hash; the time of
/// writing is no part of it.
struct SliceHasher: Sendable {
    private let key: HashKey
    private let context: Hash128

    init(_ key: HashKey, _ container: SliceContainer, _ encoding: TextEncoding, revision: String) {
        self.key = key
        let head = container.head
        let section = head.sections[Int(container.section)]
        var words = [
            revision, head.dialect, encoding.word, container.separator.map(String.init) ?? "",
            section.kind.word, section.catalogue, section.onlyChanges.map(String.init) ?? "",
            String(head.isUNF), String(head.priceTypes.count),
        ]
        for type in head.priceTypes { words += [type.id, type.currency] }
        words += head.warehouses
        var bytes: [UInt8] = []
        for word in words {
            // Lengths, so that no two lists of words look the same.
            bytes += Array(String(word.utf8.count).utf8) + [58] + word.utf8
        }
        context = key.hash(bytes.span)
    }

    func hash(_ slice: Span<UInt8>) -> SliceHash {
        let hash = key.hash(key.hash(slice), context)
        let found = SliceHash(high: hash.high, low: hash.low)
        return found == .none ? SliceHash(high: 0, low: 1) : found
    }
}
