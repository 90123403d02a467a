// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Foundation
import Records
import TestKit
import Testing
import TextStreams

/// Real exchange files, where they are: a folder `shared/samples` beside the
/// project or above it.
enum Samples {
    static let folder: String? = {
        var place = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while place.path != "/" {
            let candidate = place.appending(path: "shared/samples/commerceml")
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate.path }
            place.deleteLastPathComponent()
        }
        return nil
    }()

    /// Paths below `folder` of every CommerceML document; empty where there
    /// are no samples.
    static let files: [String] = {
        guard let folder, let all = FileManager.default.enumerator(atPath: folder) else { return [] }
        let strange = ["xsd/", "enterprisedata/", "derived/ed-", "v1-77/", "docs/"]
        return all.compactMap { $0 as? String }.filter { path in
            path.hasSuffix(".xml") && !strange.contains { path.hasPrefix($0) }
        }.sorted()
    }()

    /// The document as UTF-8, whatever it is stored in.
    static func text(_ file: String) throws -> [UInt8] {
        let stored = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder ?? "")/\(file)")))
        let start = Array(stored.prefix(64 << 10))
        let finding = try EncodingFinding(of: start.span, isWhole: start.count == stored.count)
        var decoder = TextDecoder(finding)
        var text: [UInt8] = []
        _ = try decoder.decode(stored.span, into: &text)
        try decoder.finish()
        return text
    }
}

@Suite("Samples") struct SamplesTests {
    /// What is counted: a name, an XPath of the things, and how the records
    /// count them.
    struct Measure: Sendable {
        let name: String
        let path: String
        let count: @Sendable (ReadDocument) -> Int
    }

    private static func named(_ steps: String...) -> String {
        steps.map { step in
            "*[" + step.split(separator: "|").map { "local-name()='\($0)'" }.joined(separator: " or ") + "]"
        }.joined(separator: "/")
    }

    private static let root = "/*[local-name()='КоммерческаяИнформация']/"
    private static let package = "ПакетПредложений|ИзмененияПакетаПредложений"

    static let measures: [Measure] = [
        Measure(name: "groups", path: "//\(named("Группы", "Группа"))") { $0.of(.group).count },
        Measure(name: "properties", path: "//\(named("Свойства", "Свойство|СвойствоНоменклатуры"))") {
            $0.of(.property).count { $0.text(.id) != "Категория" }
        },
        Measure(name: "units", path: "//\(named("ЕдиницыИзмерения", "ЕдиницаИзмерения"))") {
            $0.of(.unit).count
        },
        Measure(name: "products", path: root + named("Каталог", "Товары", "Товар")) { $0.of(.product).count },
        Measure(name: "offers", path: root + named(package, "Предложения", "Предложение")) {
            $0.of(.offer).count
        },
        Measure(name: "prices", path: root + named(package, "Предложения", "Предложение", "Цены", "Цена")) {
            $0.of(.offer).reduce(0) { $0 + $1.count(.priceRow) }
        },
        Measure(
            name: "stock",
            path: [
                named(package, "Предложения", "Предложение")
                    + "/*[(local-name()='Склад' or local-name()='Склады') and @ИдСклада]",
                named(package, "Предложения", "Предложение", "Остатки", "Остаток", "Склад"),
                named(package, "Предложения", "Предложение", "Остатки", "Остаток", "Количество"),
            ].map { root + $0 }.joined(separator: " | ")
        ) { $0.of(.offer).reduce(0) { $0 + $1.count(.stockRow) } },
        Measure(name: "price types", path: "//\(named("ТипыЦен", "ТипЦены"))") { $0.of(.priceType).count },
        Measure(name: "warehouses", path: root + named("Классификатор|Каталог|\(package)", "Склады", "Склад"))
        { $0.of(.warehouse).count },
        Measure(
            name: "documents", path: "\(root)\(named("Документ")) | \(root)\(named("Контейнер", "Документ"))"
        ) {
            $0.of(.order).count
        },
        Measure(name: "customers", path: root + named("Контрагенты", "Контрагент")) {
            $0.of(.customer).count
        },
    ]

    @Test("records are as many as xmllint finds elements")
    func counts() throws {
        guard !Samples.files.isEmpty else { return Skip.say("no folder shared/samples/commerceml here") }
        guard let xmllint = Tool("xmllint") else { return Skip.say("xmllint is not installed") }
        let folder = try TemporaryFolder()
        for file in Samples.files {
            let text = try Samples.text(file)
            // xmllint must see the very text, whatever the declaration says.
            let body = text.drop { $0 != 60 }
            let isDeclared = body.starts(with: "<?xml".utf8)
            let place = try folder.write(
                "document.xml", isDeclared ? body.drop { $0 != 62 }.dropFirst() : body)
            let document = ReadDocument(text)
            #expect(document.error == nil, "\(file)")
            #expect(document.head.dialect == "commerceml", "\(file)")
            let sum = "concat(" + Self.measures.map { "count(\($0.path))" }.joined(separator: ",' ',") + ")"
            let answer = try xmllint.run(["--huge", "--nonet", "--xpath", sum, place])
            let expected = answer.output.split { $0.isWhitespace }.compactMap { Int($0) }
            try #require(expected.count == Self.measures.count, "\(file): xmllint says \(answer)")
            for (measure, count) in zip(Self.measures, expected) {
                #expect(measure.count(document) == count, "\(measure.name) of \(file)")
            }
        }
    }

    @Test("pieces of any size give the same records", arguments: [1, 7, 20_261])
    func pieces(seed: Int) throws {
        guard !Samples.files.isEmpty else { return Skip.say("no folder shared/samples/commerceml here") }
        var random = SeededRandom(seed: UInt64(seed))
        for file in Samples.files {
            let text = try Samples.text(file)
            // Byte by byte where that is quick.
            let most = seed == 1 && text.count < 40_000 ? 1 : 5_000
            let sizes = (0..<64).map { _ in Int.random(in: 1...most, using: &random) }
            #expect(ReadDocument(text, pieces: sizes) == ReadDocument(text), "\(file)")
        }
    }

    @Test("a record's place is its start tag")
    func places() throws {
        guard !Samples.files.isEmpty else { return Skip.say("no folder shared/samples/commerceml here") }
        for file in Samples.files {
            let text = try Samples.text(file)
            var newlines = [0]
            newlines.reserveCapacity(text.count + 1)
            for byte in text { newlines.append(newlines[newlines.count - 1] + (byte == 10 ? 1 : 0)) }
            for record in ReadDocument(text).records {
                #expect(text[record.offset] == 60, "\(file) at \(record.offset)")
                #expect(record.line == newlines[record.offset] + 1, "\(file) at \(record.offset)")
                if record.kind == .product {
                    #expect(text[record.offset...].starts(with: "<Товар".utf8), "\(file) at \(record.offset)")
                }
            }
        }
    }
}
