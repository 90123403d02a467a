// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

/// Real exchanges of real systems, where they are: `shared/samples` beside
/// the project or above it. Each folder is one drop.
@Suite("Sample folders") struct SampleFolderTests {
    private static let base: String? = {
        var place = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while place.path != "/" {
            let candidate = place.appending(path: "shared/samples/commerceml").path
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            place.deleteLastPathComponent()
        }
        return nil
    }()

    /// Folders with documents; schemas and manuals are none.
    static let folders: [String] = {
        guard let base else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: base).sorted().filter { name in
                !["docs", "xsd", "enterprisedata"].contains(name) && !name.hasSuffix(".tsv")
            }
        } catch { return [] }
    }()

    /// What is counted in a document, kind by kind.
    private static let paths: [(kind: String, view: String, path: String)] = {
        func named(_ steps: String...) -> String {
            steps.map { step in
                "*[" + step.split(separator: "|").map { "local-name()='\($0)'" }.joined(separator: " or ")
                    + "]"
            }.joined(separator: "/")
        }
        let root = "/*[local-name()='КоммерческаяИнформация']/"
        let offer = root + named("ПакетПредложений|ИзмененияПакетаПредложений", "Предложения", "Предложение")
        return [
            ("group", "v1_group", "//" + named("Группы", "Группа")),
            ("product", "v1_product", root + named("Каталог", "Товары", "Товар")),
            ("offer", "v1_offer", offer),
            ("price", "v1_price", offer + "/" + named("Цены", "Цена") + "[*]"),
            (
                "stock", "v1_stock",
                offer + "/*[(local-name()='Склад' or local-name()='Склады') and @ИдСклада] | " + offer + "/"
                    + named("Остатки", "Остаток", "Склад") + " | " + offer + "/"
                    + named("Остатки", "Остаток", "Количество")
            ),
        ]
    }()

    @Test(
        "each folder is applied, or refused with the right reason, and nothing is lost on the way",
        arguments: folders)
    func drop(folder: String) throws {
        guard let xmllint = Tool("xmllint") else { return Skip.say("xmllint is not installed") }
        let base = try #require(Self.base)
        let root = try WaybillRoot()
        var names: [String] = []
        for case let name as String in FileManager.default.enumerator(atPath: "\(base)/\(folder)") ?? .init()
        {
            let path = "\(base)/\(folder)/\(name)"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            guard attributes[.type] as? FileAttributeType == .typeRegular,
                let bytes = FileManager.default.contents(atPath: path)
            else { continue }
            try root.drop(name, bytes)
            if name.hasSuffix(".xml") { names.append(name) }
        }
        try root.waybill("run", "--once", expect: nil)
        #expect(try root.files("spool/partners/erp-1c/in").filter { !$0.hasPrefix(".") } == [])

        let outcomes = try root.sql("SELECT outcome || '|' || reason FROM v1_package", in: "journal.db")
        #expect(outcomes.count >= names.count)
        for outcome in outcomes {
            let isRight =
                ["applied|", "applied-with-rejects|", "waiting|"].contains { outcome.hasPrefix($0) }
                || outcome.contains("until this version has a station")
                || outcome.contains("EnterpriseData")
            #expect(isRight, "\(folder): \(outcome)")
        }
        for (kind, view, path) in Self.paths {
            var expected = 0
            for name in names {
                let answer = try xmllint.run([
                    "--huge", "--nonet", "--xpath", "count(\(path))", "\(base)/\(folder)/\(name)",
                ])
                expected += Int(answer.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
            }
            let rest = try root.sql(
                """
                SELECT coalesce(sum(n.value), 0) FROM v1_package p, json_each(p.counts, '$.\(kind)') n
                WHERE n.key IN ('waiting', 'repeated', 'empty', 'unchanged', 'updated', 'stale', 'rejected')
                """, in: "journal.db")
            let others = Int(rest.first ?? "") ?? -1
            #expect(try root.count(view) + others == expected, "\(folder): \(kind)")
        }
    }
}
