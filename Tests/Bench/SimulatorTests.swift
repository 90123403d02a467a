// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

@Suite("waybill-sim") struct SimulatorTests {
    private struct Ledger: Decodable {
        struct Package: Decodable {
            let file, offer: String
            let retailCentsBefore, quantityBefore, retailCents, quantity: Int
        }
        struct Spot: Decodable {
            let id, sku, retail: String
        }
        let products, offers, prices, stockRows, groups, changedOffers: Int
        let sumOfQuantities, sumOfRetailPricesInCents: Int
        let seed: Int
        let retailPriceType: String
        let spots: [Spot]
        let packages: [Package]?
    }

    private let folder: TemporaryFolder
    private let simulator = Tool(path: Built.programs + "/waybill-sim")

    init() throws { folder = try TemporaryFolder() }

    /// Makes an exchange of 500 products, or of so many as asked for.
    private func make(_ name: String, _ arguments: String...) throws -> Ledger {
        let size = arguments.contains("--products") ? [] : ["--products", "500"]
        let made = try simulator.run(["make", folder.path(name)] + size + arguments)
        try #require(made.status == 0, "\(made.output)\(made.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Ledger.self, from: Data(try folder.read("\(name)/ledger.json")))
    }

    private func lines(_ name: String) throws -> [Substring] {
        String(decoding: try folder.read(name), as: UTF8.self).split(separator: "\n")
    }

    @Test("one seed is the same bytes each time, another seed others") func deterministic() throws {
        _ = try make("a", "--changed", "0.1")
        _ = try make("b", "--changed", "0.1")
        _ = try make("c", "--changed", "0.1", "--seed", "2")
        for file in ["import.xml", "offers.xml", "ledger.json"] {
            let first = try folder.read("a/\(file)")
            #expect(try folder.read("b/\(file)") == first, "\(file)")
            #expect(try folder.read("c/\(file)") != first, "\(file)")
        }
    }

    @Test("the ledger says what another parser counts", arguments: [[], ["--new-classifier"]])
    func ledger(more: [String]) throws {
        let ledger =
            more.isEmpty
            ? try make("x", "--groups", "30") : try make("x", "--groups", "30", "--new-classifier")
        let catalogue = try ExchangeCount(folder.path("x/import.xml"))
        let offers = try ExchangeCount(folder.path("x/offers.xml"))
        #expect(ledger.products == 500)
        #expect(catalogue.elements["Товар"] == ledger.products)
        #expect(catalogue.elements["Группа"] == ledger.groups)
        #expect(ledger.groups == 30 + more.count)
        #expect(catalogue.elements["Справочник"] == 36 + 3 * more.count)
        #expect(catalogue.attributes["Каталог"]?["СодержитТолькоИзменения"] == "false")
        #expect(offers.attributes["ПакетПредложений"]?["СодержитТолькоИзменения"] == "false")
        #expect(offers.elements["Предложение"] == ledger.offers)
        #expect(offers.elements["Цена"] == ledger.prices)
        #expect(offers.stockRows == ledger.stockRows)
        #expect(offers.quantities == ledger.sumOfQuantities)
        #expect(offers.stock == ledger.sumOfQuantities)
        #expect(offers.cents[ledger.retailPriceType] == ledger.sumOfRetailPricesInCents)
        #expect(Set(offers.offers).count == 500)
        #expect(Set(offers.offers).isSuperset(of: ledger.spots.map(\.id)))
    }

    @Test("records are as large as 1C's") func size() throws {
        _ = try make("x", "--products", "2000")
        #expect((2_850...3_150).contains(try folder.read("x/import.xml").count / 2_000))
        #expect((1_700...1_900).contains(try folder.read("x/offers.xml").count / 2_000))
    }

    @Test("the share that changed is what differs, and nothing else") func changed() throws {
        let products = ["--products", "4000"]
        _ = try make("a", products[0], products[1])
        let ledger = try make("b", products[0], products[1], "--changed", "0.01")
        #expect(try folder.read("a/import.xml") == folder.read("b/import.xml"))
        func offers(_ name: String) throws -> [String] {
            String(decoding: try folder.read(name), as: UTF8.self).components(separatedBy: "<Предложение>")
        }
        let differ = zip(try offers("a/offers.xml"), try offers("b/offers.xml")).filter { $0 != $1 }.count
        #expect(differ == ledger.changedOffers)
        #expect((20...60).contains(differ), "\(differ) of 4000")
        #expect(try make("c", "--changed", "1").changedOffers == 500)
    }

    @Test("another export time is another second line") func date() throws {
        _ = try make("a")
        _ = try make("b", "--date", "2026-11-21T03:00:00")
        for file in ["import.xml", "offers.xml"] {
            let (first, second) = (try lines("a/\(file)"), try lines("b/\(file)"))
            #expect(first[1] != second[1])
            #expect(second[1].contains(#"ДатаФормирования="2026-11-21T03:00:00""#))
            #expect(first[2...] == second[2...])
        }
    }

    @Test("windows-1251 says the same") func encoding() throws {
        _ = try make("a", "--new-classifier")
        _ = try make("b", "--new-classifier", "--encoding", "windows-1251")
        for file in ["import.xml", "offers.xml"] {
            let bytes = Data(try folder.read("b/\(file)"))
            let text = try #require(String(data: bytes, encoding: .windowsCP1251))
            let first = try lines("a/\(file)")
            let second = text.split(separator: "\n")
            #expect(second[0].contains(#"encoding="windows-1251""#))
            #expect(first[1...] == second[1...])
        }
    }

    @Test("a ZIP holds both documents") func packed() throws {
        guard let unzip = Tool("unzip"), Tool("zip") != nil else {
            return Skip.say("zip or unzip is not installed")
        }
        _ = try make("a")
        _ = try make("b", "--zip")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("b")).sorted() == [
                "exchange.zip", "ledger.json",
            ])
        for file in ["import.xml", "offers.xml"] {
            let answer = try unzip.run(["-p", folder.path("b/exchange.zip"), file])
            #expect(Array(answer.output.utf8) == (try folder.read("a/\(file)")))
        }
    }

    @Test("small packages bring what their ledger says") func small() throws {
        let full = try make("full")
        let ledger = try make("small", "--small", "40")
        let packages = try #require(ledger.packages)
        #expect(packages.count == 40)
        #expect(Set(packages.map(\.offer)).count == 40)
        var (quantities, cents) = (full.sumOfQuantities, full.sumOfRetailPricesInCents)
        for package in packages {
            let found = try ExchangeCount(folder.path("small/\(package.file)"))
            #expect(found.offers == [package.offer])
            #expect(found.attributes["ПакетПредложений"]?["СодержитТолькоИзменения"] == "true")
            #expect(found.quantities == package.quantity)
            #expect(found.cents[ledger.retailPriceType] == package.retailCents)
            quantities += package.quantity - package.quantityBefore
            cents += package.retailCents - package.retailCentsBefore
        }
        #expect(packages.first?.file == "offers_000001.xml")
        #expect(ledger.sumOfQuantities == quantities)
        #expect(ledger.sumOfRetailPricesInCents == cents)
        let all = try ExchangeCount(folder.path("full/offers.xml")).offers
        #expect(Set(all).isSuperset(of: packages.map(\.offer)))
        let again = try make("again", "--small", "40", "--round", "2")
        #expect(again.packages?.map(\.retailCents) != packages.map(\.retailCents))
    }

    @Test(
        "what makes no sense is refused",
        arguments: [
            ["--products", "0"], ["--products", "10", "--changed", "2"],
            ["--products", "10", "--date", "now"],
            ["--products", "10", "--small", "11"], ["--products", "10", "--small", "5", "--zip"],
            ["--products", "10", "--encoding", "koi8-r"],
        ])
    func refused(arguments: [String]) throws {
        let answer = try simulator.run(["make", folder.path("x")] + arguments)
        #expect(answer.status == 64, "\(answer.output)\(answer.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("x")))
    }
}
