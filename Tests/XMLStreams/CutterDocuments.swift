// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import TestKit
import XMLStreams

/// Random well-formed documents full of what looks like the end of a record
/// and is none.
struct CutterDocuments {
    static let paths = [["К", "Товары", "Товар"], ["К", "П", "Р"], ["К", "П", "г", "г"], ["К", "Прайс"]]
    static let plan = XMLCutter.Plan(paths)

    private var random: SeededRandom
    private var text = ""

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    mutating func next() -> String {
        text = random.once(in: 3) ? "<?xml version=\"1.0\"?>" : ""
        if text.isEmpty, random.once(in: 3) { text = pick(["\n", "\t "]) + "<?xml version='1.0'?>" }
        while random.once(in: 3) { addAside() }
        let root = random.once(in: 8) ? "Ка" : "К"
        element(root, depth: 0, attributes: " xmlns:x='u' xmlns:y=\"v>\"")
        while random.once(in: 3) { addAside() }
        return text
    }

    private func children(of name: String) -> [String] {
        switch name {
        case "К": ["Товары", "Товары", "П", "П", "Прайс", "Товар", "ТоварыX", "р"]
        case "Товары": ["Товар", "Товар", "Товар", "Товары", "ТоварX", "Това", "р"]
        case "П": ["Р", "Р", "г", "Ра", "Товар"]
        case "г": ["г", "г", "Р"]
        default: ["Товар", "Товар", "ТоварX", "Р", "Ра", "г", "р", "Товары", "Прайс", "К"]
        }
    }

    private mutating func element(_ name: String, depth: Int, attributes: String = "") {
        let whole = (random.once(in: 7) ? pick(["x:", "y:"]) : "") + name
        text += "<" + whole + attributes
        for attribute in ["a", "b", "в"] where random.once(in: 6) { add(attribute: attribute) }
        if random.once(in: 5) { text += pick([" ", "\n", "\t"]) }
        if depth > 0, random.once(in: depth > 4 ? 2 : 6) {
            text += "/>"
            return
        }
        text += ">"
        let most = [9, 7, 7, 4, 3, 2, 0][min(depth, 6)]
        for _ in 0..<Int.random(in: (depth < 2 ? 2 : 0)...most, using: &random) {
            addText()
            if random.once(in: 5) {
                addAside()
            } else if random.once(in: 8) {
                text += "<![CDATA[\(fake())\(pick(["]]", "]", ">", "-->", " ", ""]))]]>"
            } else {
                element(pick(children(of: name)), depth: depth + 1)
            }
        }
        addText()
        text += "</" + whole + (random.once(in: 6) ? pick([" ", "\n ", "\t"]) : "") + ">"
    }

    private mutating func add(attribute: String) {
        text += pick([" ", "\n", "  "]) + attribute + pick(["=", " = "])
        let value = pick(["1", ">", "/", "/>", "?>", "-->", "&lt;Товар>", "]]>", ""])
        text += random.once(in: 2) ? "'\(value)\(pick(["\"", ""]))'" : "\"\(value)\(pick(["'", ""]))\""
    }

    private mutating func addText() {
        guard !random.once(in: 3) else { return }
        text += pick([
            " ", "\n", "\n\t\t", "\r\n", "а", "текст > \"в' / ", "&amp;", "&#60;Товар>", "]]", "--",
        ])
        if text.hasSuffix("]]"), random.once(in: 2) { text += "x>" }
    }

    private mutating func fake() -> String {
        pick([
            "", "<Товар>", "</Товар>", "<Товар/>", "</Товары>", "<К>", "</К>", "<", "&", "<Товар a='", "<!",
            "<Р>", "</Р>", "</г>", "<![CDATA[", "<? ",
        ])
    }

    /// A comment or a processing instruction.
    private mutating func addAside() {
        if random.once(in: 2) {
            text += "<!--\(fake())\(pick(["", "- ", "]]>", "?>", ">", " '\""]))-->"
        } else {
            text += "<?п \(fake())\(pick(["", "? >", "-->", "]]>", ">", "?"]))?>"
        }
        if random.once(in: 2) { text += "\n" }
    }

    // MARK: Damage

    /// Changes, takes out or puts in some bytes, or ends the document early.
    mutating func damage(_ document: [UInt8]) -> [UInt8] {
        var bytes = document
        let marks = Array("<>/\"'!-?[] &x\u{0}\u{FF}:=".utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = pick(marks)
            case 1: bytes.insert(pick(marks), at: place)
            case 2:
                bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
            case 3: bytes.removeSubrange(place...)
            default:
                let more = pick([fake(), "<!DOCTYPE К>", "-->", "]]>", "<![CDATA[", "<!--"])
                bytes.insert(contentsOf: Array(more.utf8), at: place)
            }
        }
        return bytes
    }

    /// How many bytes come at once: small and large ones, another way for each
    /// document.
    mutating func chunks() -> () -> Int {
        let most = pick([1, 1, 3, 10, 100, 1_000, 100_000])
        var random = SeededRandom(seed: random.next())
        return { Int.random(in: 1...most, using: &random) }
    }
}
