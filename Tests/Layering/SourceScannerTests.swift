// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Testing

/// The scanner must be able to fail: each rule on a small made-up source.
@Suite("The scanner of the house") struct SourceScannerTests {
    private let head = """
        // SPDX-FileCopyrightText: The Waybill developers
        // SPDX-License-Identifier: Apache-2.0

        """

    private func findings(_ file: String, _ text: String) -> [String] {
        SourceScanner(file: file, text: head + text).scan().map { "\($0.line)" }
    }

    @Test("a room that keeps the rules has no finding") func clean() {
        let text = "import Foundation\npackage import Records\nimport SpoolStore\nlet a = 1\n"
        #expect(findings("Sources/Stations/1-Claiming/Claimer.swift", text) == [])
    }

    @Test(
        "an import against the floors is found with its line",
        arguments: [
            ("Sources/Stations/2-Reading/A.swift", "import Claiming"),
            ("Sources/Stations/2-Reading/A.swift", "package import Agent"),
            ("Sources/Records/A.swift", "import Foundation"),
            ("Sources/Records/A.swift", "internal import Files"),
            ("Sources/Stores/CatalogueStore/A.swift", "import Yams"),
            ("Sources/Stores/CatalogueStore/A.swift", "import JournalStore"),
            ("Sources/Dialects/CommerceML/A.swift", "import Files"),
            ("Sources/Dialects/A.swift", "import struct SystemPackage.FilePath"),
            ("Sources/Streams/Hashing/A.swift", "import Records"),
            ("Sources/Streams/Files/A.swift", "import CXXHash"),
            ("Sources/Agent/A.swift", "import CXML2"),
            ("Sources/waybill/A.swift", "@preconcurrency import CArchive"),
            ("Sources/waybill/A.swift", "import CSomethingNew"),
            ("Sources/Agent/A.swift", "import GRDB"),
            ("Sources/Attic/A.swift", "let room = 0"),
        ])
    func floors(file: String, line: String) {
        let scanner = SourceScanner(file: file, text: head + line + "\n")
        #expect(scanner.imports().count == 1)
        #expect(scanner.imports().allSatisfy { $0.line == (line.hasPrefix("let") ? 1 : 3) })
    }

    @Test("the watcher's library stands in the watcher only") func watcher() {
        let ours = SourceScanner(file: "Sources/waybill-watch/main.swift", text: "import CInotifyTools\n")
        #expect(ours.imports() == [])
        let other = SourceScanner(file: "Sources/Streams/Files/A.swift", text: "import CInotifyTools\n")
        #expect(other.imports().count == 1)
        #expect(
            SourceScanner(file: "Sources/waybill-watch/A.swift", text: "import Records\n").imports().count
                == 1)
    }

    @Test("imports are read in every spelling")
    func spellings() {
        let text = """
            @testable import A; import B
            // import C
            /* import D
            import E */
            package import struct F.G
            let text = "import H"
            let long = \"\"\"
                import I
                \"\"\"
            @_exported public import J
            func importantly() {}
            """
        let found = SourceScanner(file: "x.swift", text: text).importLines()
        #expect(found.map(\.module) == ["A", "B", "F", "J"])
        #expect(found.map(\.line) == [1, 1, 5, 10])
    }

    @Test(
        "a raw pointer type outside the cellar is found",
        arguments: [
            "UnsafeRawPointer", "UnsafeMutablePointer<Int>", "UnsafeMutableRawBufferPointer", "OpaquePointer",
            "AutoreleasingUnsafeMutablePointer<Int>", "Unmanaged<AnyObject>",
        ])
    func pointers(type: String) {
        #expect(findings("Sources/Agent/A.swift", "func f(_ a: \(type)) {}\n") == ["3"])
        #expect(findings("Sources/Streams/Hashing/A.swift", "func f(_ a: \(type)) {}\n") == [])
        #expect(findings("Sources/Agent/A.swift", "// not an \(type)\nlet pointer = \"\(type)\"\n") == [])
    }

    @Test("a file may have 600 lines and no more") func length() {
        let line = "let a = 1\n"
        #expect(findings("Sources/Agent/A.swift", String(repeating: line, count: 598)) == [])
        #expect(findings("Sources/Agent/A.swift", String(repeating: line, count: 599)) == ["601"])
    }

    @Test("licence lines") func licence() {
        func count(_ file: String, _ text: String) -> Int {
            SourceScanner(file: file, text: text).licence().count
        }
        let copyleft = head.replacing("Apache-2.0", with: "GPL-2.0-only")
        #expect(count("Sources/Agent/A.swift", head) == 0)
        #expect(count("Sources/Agent/A.swift", "let a = 1\n") == 1)
        #expect(count("Sources/Agent/A.swift", "// SPDX-FileCopyrightText: The Waybill developers\n") == 1)
        #expect(count("Sources/Agent/A.swift", copyleft) == 1)
        #expect(count("Sources/waybill-watch/A.swift", copyleft) == 0)
        #expect(count("Sources/waybill-watch/A.swift", head) == 1)
        #expect(count("Sources/waybill/A.swift", copyleft) == 1)
    }

    @Test("marks of unfinished work", arguments: ["TO" + "DO", "FIX" + "ME", "XX" + "X"])
    func unfinished(mark: String) {
        #expect(findings("Sources/Agent/A.swift", "let a = 1 // \(mark): later\n") == ["3"])
        #expect(findings("Sources/Agent/A.swift", "let \(mark)S = 1\n") == [])
    }
}
