// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What is to be made.
struct ExchangeOrder {
    var products: Int
    var seed: UInt64
    var groups: Int
    var changed: Double
    /// As it stands in the documents.
    var date: String
    var newClassifier: Bool
    var encoding: DocumentEncoding
}

/// Writes exchanges of a shop into a folder, each with its ledger.
struct ExchangeMaker {
    private let order: ExchangeOrder
    private let shop: Shop
    private let documents: Documents
    private let folder: String

    /// - Parameter folder: made where it is missing.
    init(_ order: ExchangeOrder, in folder: String) throws {
        self.order = order
        self.folder = folder
        shop = Shop(seed: order.seed, groups: order.groups, changed: order.changed)
        documents = Documents(shop, order.encoding, date: order.date)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch { throw SimulatorError.folder(folder, error.localizedDescription) }
    }

    /// One full exchange: `import.xml`, `offers.xml`, `ledger.json`.
    func full() throws {
        var ledger = Ledger(shop, order)
        var catalogue = try DocumentFile(path("import.xml"))
        var offers = try DocumentFile(path("offers.xml"))
        catalogue.bytes += documents.catalogueStart(newClassifier: order.newClassifier)
        offers.bytes += documents.offersStart(onlyChanges: false)
        let spots = Set([0, 1, order.products / 2, order.products - 1])
        var changedSpots = 3
        for index in 0..<order.products {
            let item = shop.item(index)
            documents.append(productOf: item, to: &catalogue.bytes)
            documents.append(offerOf: item, to: &offers.bytes)
            try catalogue.drain()
            try offers.drain()
            ledger.count(item)
            if spots.contains(index) {
                ledger.note(item, of: shop)
            } else if item.isChanged, changedSpots > 0 {
                changedSpots -= 1
                ledger.note(item, of: shop)
            }
        }
        catalogue.bytes += documents.catalogueEnd
        offers.bytes += documents.offersEnd
        try catalogue.close()
        try offers.close()
        try ledger.write(to: path("ledger.json"))
    }

    /// Packages of one offer each, `offers_000001.xml` and so on: every one of
    /// another offer, evenly spread, with a new price and new stock. The
    /// ledger says what the store holds when they came after the full.
    ///
    /// - Parameter round: another one brings other offers or other prices.
    func small(_ count: Int, round: Int) throws {
        var ledger = Ledger(shop, order)
        for index in 0..<order.products { ledger.count(shop.item(index)) }
        let start = documents.offersStart(onlyChanges: true)
        let end = documents.offersEnd
        var packages: [Ledger.SmallPackage] = []
        let step = order.products / count
        let spots = Set([0, count / 2, count - 1])
        for number in 0..<count {
            var item = shop.item(number * step + round % step)
            let before = item.terms
            item.terms = shop.terms(of: item.index, round: round)
            var name: [UInt8] = []
            name.append(number: number + 1, width: 6)
            let file = "offers_\(String(decoding: name, as: UTF8.self)).xml"
            var document = try DocumentFile(path(file))
            document.bytes += start
            documents.append(offerOf: item, to: &document.bytes)
            document.bytes += end
            try document.close()
            ledger.sumOfQuantities += item.terms.quantity - before.quantity
            ledger.sumOfRetailPricesInCents += item.terms.retail - before.retail
            if spots.contains(number) { ledger.note(item, of: shop) }
            packages.append(
                Ledger.SmallPackage(
                    file: file, offer: item.id.text, retailCentsBefore: before.retail,
                    quantityBefore: before.quantity, retailCents: item.terms.retail,
                    quantity: item.terms.quantity))
        }
        ledger.packages = packages
        try ledger.write(to: path("ledger.json"))
    }

    /// Moves both documents into `exchange.zip`, with the system's zip at its
    /// fastest level.
    func pack() throws {
        let zip = Process()
        zip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        zip.arguments = ["zip", "-1", "-q", "-m", "exchange.zip", "import.xml", "offers.xml"]
        zip.currentDirectoryURL = URL(fileURLWithPath: folder)
        if FileManager.default.fileExists(atPath: path("exchange.zip")) {
            try FileManager.default.removeItem(atPath: path("exchange.zip"))
        }
        try zip.run()
        zip.waitUntilExit()
        guard zip.terminationStatus == 0 else { throw SimulatorError.zip(status: zip.terminationStatus) }
    }

    private func path(_ name: String) -> String { folder + "/" + name }
}
