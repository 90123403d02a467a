// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import Foundation
import SystemPackage
import Testing

@Suite("Reports for why") struct IntakeReportTests {
    private let box: InBox

    init() throws { box = try InBox() }

    private func report(_ name: String) -> String {
        box.intake.report(FilePath(name), now: box.now).lines.joined(separator: "\n")
    }

    @Test("the process that writes is named")
    func holder() throws {
        try box.put("import.xml", "<a>")
        let writer = try #require(FileHandle(forWritingAtPath: box.path("import.xml")))
        _ = box.look()
        let text = report("import.xml")
        #expect(text.contains("process \(ProcessInfo.processInfo.processIdentifier) ("))
        #expect(text.contains("for writing"))
        try writer.close()
        #expect(!report("import.xml").contains("process "))
    }

    @Test("the ignoring rule, the covered file, the next try are named")
    func names() throws {
        try box.put("a.xml.tmp")
        try box.put("b.xml.done", "")
        try box.put("c.csv", "1")
        _ = box.look()
        #expect(report("a.xml.tmp").contains("*.tmp"))
        #expect(report("b.xml.done").contains("b.xml"))
        #expect(report("c.csv").contains("2 s"))
        #expect(
            box.intake.report("c.csv", now: box.now.advanced(by: .seconds(1.5))).lines.last?.contains("0.5 s")
                == true)
    }

    @Test("a report is given for every kind of name, also for none")
    func everything() throws {
        try box.put("webdata/import0_1.xml", "<a>")
        try box.put("unseen.xml")
        let known = box.intake
        #expect(!known.report("webdata", now: box.now).lines.isEmpty)
        #expect(!known.report("unseen.xml", now: box.now).lines.isEmpty)
        #expect(known.report("nothing.xml", now: box.now).lines.count == 1)
        _ = box.look()
        #expect(report("webdata").contains(" 1 file"))
    }
}
