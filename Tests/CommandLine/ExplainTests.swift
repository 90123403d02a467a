// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

/// `explain` on files of every kind, without a root and with one.
@Suite("Explain") struct ExplainTests {
    private let program: Program
    private let folder: TemporaryFolder

    init() throws {
        program = try Program()
        folder = try TemporaryFolder()
    }

    private static let catalogue = """
        <?xml version="1.0" encoding="UTF-8"?>
        <КоммерческаяИнформация ВерсияСхемы="2.07" ДатаФормирования="2026-01-02T10:00:00">
        <Каталог СодержитТолькоИзменения="false"><Ид>c1</Ид><Товары>
        <Товар><Ид>p1</Ид><Наименование>one</Наименование></Товар>
        <Товар><Наименование>without id</Наименование></Товар>
        </Товары></Каталог>
        </КоммерческаяИнформация>
        """

    private func explain(_ words: String...) throws -> [String: Any] {
        let answer = try program.run(["explain", "--json"] + words, in: folder.root)
        let object = try JSONSerialization.jsonObject(with: Data(answer.output.utf8))
        return try #require(object as? [String: Any])
    }

    @Test("a full catalogue: dialect, lane, time, counts, and the record that is odd") func full() throws {
        try folder.write("import.xml", Self.catalogue)
        let seen = try explain("import.xml")
        #expect(seen["dialect"] as? String == "commerceml")
        #expect(seen["version"] as? String == "2.07")
        #expect(seen["lanes"] as? [String] == ["catalogue-full"])
        #expect(seen["kind"] as? String == "full")
        #expect(seen["as_of"] as? String == "2026-01-02T10:00:00.000Z")
        #expect((seen["counts"] as? [String: Int])?["product"] == 2)
        let odd = try #require(seen["oddities"] as? [[String: Any]])
        #expect(odd.count == 1)
        #expect(odd.first?["line"] as? Int == 5)
        #expect(odd.first?["defect"] as? String == "has no id")
        let lines = try program.run(["explain", "import.xml"], in: folder.root).output
        #expect(lines.contains("lane:       catalogue-full\n"))
        #expect(lines.contains("product:    2\n"))
    }

    @Test("the partner's time zone counts where there is a root") func zone() throws {
        #expect(try program.run(["init", folder.root]).status == 0)
        try folder.write(
            "etc/conf.d/erp-1c.yaml", "partners: { erp-1c: { time_zone: Asia/Tashkent } }\n")
        try folder.write("import.xml", Self.catalogue)
        #expect(try explain("import.xml")["as_of"] as? String == "2026-01-02T05:00:00.000Z")
        #expect(
            try program.run(["explain", "import.xml", "--partner", "nobody"], in: folder.root).status == 5)
    }

    @Test("what can't be read says where and why, and fails") func damaged() throws {
        try folder.write("cut.xml", String(Self.catalogue.prefix(300)))
        let cut = try program.run(["explain", "cut.xml"], in: folder.root)
        #expect(cut.status == 1)
        #expect(cut.errors.hasPrefix("waybill: cut.xml: "))
        try folder.write("notes.xml", "shopping list")
        #expect(try program.run(["explain", "notes.xml"], in: folder.root).status == 1)
        #expect(try program.run(["explain", "absent.xml"], in: folder.root).status == 5)
    }

    @Test("looking changes nothing") func untouched() throws {
        try folder.write("import.xml", Self.catalogue)
        _ = try explain("import.xml")
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.root) == ["import.xml"])
    }
}
