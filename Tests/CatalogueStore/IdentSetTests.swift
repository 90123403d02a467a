// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CatalogueStore
import Records
import TestKit
import Testing

@Suite("Sets of ids") struct IdentSetTests {
    @Test("holds what was put in, also after a way through bytes")
    func roundTrip() {
        var random = SeededRandom(seed: 7)
        var set = IdentSet()
        var plain: Set<Int64> = []
        for _ in 0..<2_000 {
            let id = Int64.random(in: 1...5_000, using: &random)
            #expect(set.insert(id) == plain.insert(id).inserted)
        }
        let again = IdentSet(bytes: set.bytes)
        #expect(again == set && set.count == plain.count)
        for id in Int64(0)...5_200 { #expect(again.contains(id) == plain.contains(id)) }
        #expect(IdentSet(bytes: []) == IdentSet())
        #expect(!IdentSet().contains(1))
    }
}
