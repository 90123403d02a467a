// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Applying
import CatalogueStore
import Records
import TestKit
import Testing

@Suite("Counts, rejects and what waits") struct WaitingTests {
    private let shop: Shop

    init() throws { shop = try Shop() }

    @Test("every record read is accounted for, prices and stock beside it")
    func counts() throws {
        var bad = Rec.product("2")
        bad.defect = .badNumber
        var nameless = Rec.product("", "без Ид")
        nameless.defect = .missingID
        var empty = Rec(kind: .offer, fields: [], section: .offers)
        empty.defect = .empty
        let result = try shop.apply([
            .product("1"), .product("1", "again"), bad, nameless, .product("3", nil, [(.deleted, "true")]),
            .offer(
                "1", prices: [("a", "1"), ("a", "2"), ("", ""), ("b", "")], stock: [("w", "1"), ("w", "")]),
            .offer("1", prices: [("a", "5")]), .offer("none", prices: [("a", "1")], stock: [("w", "1")]),
            empty,
        ])
        let products = result.counts["product"]
        #expect(products.read == 5 && products.inserted == 1 && products.repeated == 1)
        #expect(products.rejected == 2 && products.markedDeleted == 1)
        let offers = result.counts["offer"]
        #expect(offers.read == 4 && offers.inserted == 1 && offers.repeated == 1)
        #expect(offers.waiting == 1 && offers.empty == 1)
        for (kind, counts) in result.counts.kinds { #expect(counts.read == counts.accounted, "\(kind)") }
        #expect(result.counts["price"].read == 6 && result.counts["price"].empty == 2)
        #expect(result.counts["price"].waiting == 1 && result.counts["price"].repeated == 2)
        #expect(result.verdict == .waiting && result.rejects == 2)
        #expect(
            try shop.rows("SELECT n, member, offset, line, ext, code, fragment FROM reject ORDER BY n") == [
                "1||400|3|2|bad-number|<fragment 3/>", "2||600|4||missing-id|<fragment 4/>",
            ])
    }

    @Test("a repeat in one file that states fewer prices takes the first one's away, and counts stay true")
    func repeatedPrices() throws {
        try shop.apply(
            [.product("1"), .offer("1", prices: [("a", "1")])], types: [("a", "UAH"), ("b", "UAH")])
        let result = try shop.apply(
            [.offer("1", prices: [("a", "2"), ("b", "3")]), .offer("1", prices: [("b", "3")])],
            types: [("a", "UAH"), ("b", "UAH")])
        let prices = result.counts["price"]
        #expect(prices.read == 3 && prices.accounted == 3)
        #expect(prices.inserted + prices.updated == 1 && prices.repeated == 2)
        #expect(try shop.rows("SELECT id, value FROM v1_price") == ["1|b|3"])
    }

    @Test("an offer waits for its product, keeps its age, and its package ends when it came")
    func offers() throws {
        let t = shop.clock.milliseconds
        let first = try shop.apply(
            [.offer("1#red", prices: [("a", "7")], stock: [("w", "2")])], asOf: t, name: "offers.xml",
            types: [("a", "UAH")])
        #expect(first.verdict == .waiting)
        #expect(try shop.rows("SELECT 1 FROM v1_offer") == [])
        let second = try shop.apply([.product("1")])
        #expect(second.resolved.map(\.package) == [shop.id(1)])
        #expect(second.resolved[0].stillWaiting == 0)
        #expect(second.resolved[0].counts["offer"].inserted == 1)
        #expect(second.resolved[0].counts["price"].inserted == 1)
        #expect(
            try shop.row("SELECT id, product, package, quantity FROM v1_offer") == "1#red|1|p-1|2")
        #expect(try shop.row("SELECT id, currency, value, package FROM v1_price") == "1#red|a|UAH|7|p-1")
        #expect(try shop.store.marker(shop.id(1))?.outcome == .applied)
        #expect(try shop.row("SELECT count(*) FROM waiting") == "0")
    }

    @Test("prices alone and changes alone never make an offer: they wait for it")
    func factsOnly() throws {
        try shop.apply([.product("1")])
        let prices = try shop.apply([.offer("1", nil, prices: [("a", "7")])], name: "prices.xml")
        let changes = try shop.apply(
            [.offer("1", "ignored", stock: [("w", "3")], section: .offerChanges)], name: "rests.xml")
        #expect(prices.verdict == .waiting && changes.verdict == .waiting)
        let offer = try shop.apply([.offer("1", "Имя")], name: "offers.xml")
        #expect(offer.resolved.map(\.package) == [shop.id(2), shop.id(3)])
        #expect(try shop.row("SELECT name, quantity FROM v1_offer") == "Имя|3")
        #expect(try shop.row("SELECT value FROM v1_price") == "7")
    }

    @Test("what waited does not overwrite what is newer")
    func waitedTooLong() throws {
        let t = shop.clock.milliseconds
        try shop.apply([.offer("1", nil, prices: [("a", "old")])], asOf: t - 600_000, name: "p.xml")
        try shop.apply([.product("1"), .offer("1", prices: [("a", "new")])], asOf: t, name: "o.xml")
        #expect(try shop.row("SELECT value FROM v1_price") == "new")
        #expect(try shop.row("SELECT count(*) FROM waiting") == "0")
    }

    @Test("an offer whose full id is a product belongs to that one")
    func variantIsProduct() throws {
        try shop.apply([.product("1"), .product("1#red"), .offer("1#red"), .offer("1#blue")])
        #expect(
            try shop.rows("SELECT id, product FROM v1_offer ORDER BY id") == ["1#blue|1", "1#red|1#red"])
    }

    @Test("what waits too long is reported once, with its place, and goes on waiting")
    func report() throws {
        let since = shop.clock.milliseconds + 60_000
        try shop.apply([Doc(records: [.product("x"), .offer("1", prices: [("a", "7")])], member: "o.xml")])
        #expect(try shop.applier.reportWaiting(olderThan: since) == [])
        let reports = try shop.applier.reportWaiting(olderThan: since + 1)
        #expect(reports.map(\.package) == [shop.id(1)] && reports.map(\.count) == [1])
        #expect(try shop.applier.reportWaiting(olderThan: since + 1) == [])
        let reject = try #require(
            try shop.store.read { try CatalogueQueries.rejects(package: shop.id(1), after: 0, limit: 9, $0) }
                .first)
        #expect(reject.number == 1 && reject.reject.code == .unknownReference)
        #expect(reject.reject.member == "o.xml" && reject.reject.offset == 200 && reject.reject.line == 2)
        #expect(reject.reject.id == "1" && reject.reject.detail == "1")
        #expect(reject.reject.fragment.contains("priceValue 7"))
        #expect(try shop.store.marker(shop.id(1))?.outcome == .appliedWithRejects)
        #expect(try shop.store.marker(shop.id(1))?.rejects == 1)
        #expect(try shop.row("SELECT count(*) FROM waiting") == "1")
        let late = try shop.apply([.product("1")])
        #expect(late.resolved.map(\.package) == [shop.id(1)])
        #expect(try shop.row("SELECT value FROM v1_price") == "7")
        #expect(try shop.store.marker(shop.id(1))?.outcome == .appliedWithRejects)
    }

    @Test("retention drops nothing that waits unreported, and undo says so when its images are gone")
    func retention() throws {
        try shop.apply([.product("x"), .offer("1")])
        try shop.apply([.product("x", "changed")])
        let later = shop.clock.milliseconds + 1
        let all = CatalogueStore.Retention(
            changes: later, undo: later, rejects: later, waiting: later, undoBytes: 1 << 30)
        try shop.store.prune(all)
        #expect(try shop.row("SELECT count(*) FROM waiting") == "1")
        #expect(try shop.row("SELECT count(*) FROM change") == "0")
        #expect(try shop.row("SELECT count(*) FROM undo") == "0")
        #expect(try shop.store.undo(shop.last) == .imagesGone)
        #expect(try shop.row("SELECT name FROM v1_product") == "changed")
        _ = try shop.applier.reportWaiting(olderThan: later)
        try shop.store.prune(all)
        #expect(try shop.row("SELECT count(*) FROM waiting") == "0")
        // By size: the oldest parts' images go first.
        try shop.apply([.product("x", "a")])
        try shop.apply([.product("x", "b")])
        let newest = try shop.row("SELECT sum(24 + coalesce(length(image), 0)) FROM undo WHERE part = 4")
        try shop.store.prune(
            CatalogueStore.Retention(
                changes: 0, undo: 0, rejects: 0, waiting: 0, undoBytes: try #require(Int64(newest))))
        #expect(try shop.store.undo(shop.id(3)) == .imagesGone)
        #expect(try shop.store.undo(shop.id(4)) == .done)
        #expect(try shop.store.undo(shop.id(4)) == .notApplied)
        #expect(try shop.row("SELECT name FROM v1_product") == "a")
    }
}
