// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML

/// Counts what stands in a document, by a parser that Waybill does not use.
final class ExchangeCount: NSObject, XMLParserDelegate {
    private(set) var elements: [String: Int] = [:]
    /// Sum of prices in hundredths, by price type.
    private(set) var cents: [String: Int] = [:]
    private(set) var quantities = 0
    private(set) var stockRows = 0
    private(set) var stock = 0
    private(set) var attributes: [String: [String: String]] = [:]
    private(set) var offers: [String] = []

    private var open: [String] = []
    private var text = ""
    private var priceType = ""
    private var failure: (any Error)?

    init(_ path: String) throws {
        super.init()
        let parser = XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: path)))
        parser.delegate = self
        guard parser.parse() else { throw failure ?? CocoaError(.fileReadCorruptFile) }
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) { failure = error }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes found: [String: String]
    ) {
        elements[name, default: 0] += 1
        attributes[name] = found
        if name == "Склад", open.last == "Предложение" {
            stockRows += 1
            stock += Int(found["КоличествоНаСкладе"] ?? "") ?? 0
        }
        open.append(name)
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        open.removeLast()
        switch (open.last, name) {
        case ("Цена", "ИдТипаЦены"): priceType = text
        case ("Цена", "ЦенаЗаЕдиницу"):
            cents[priceType, default: 0] += Int(text.filter { $0 != "." }) ?? 0
        case ("Предложение", "Количество"): quantities += Int(text) ?? 0
        case ("Предложение", "Ид"): offers.append(text)
        default: break
        }
    }
}
