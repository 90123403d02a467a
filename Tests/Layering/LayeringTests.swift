// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The house as it stands on disk.
@Suite("Layering") struct LayeringTests {
    /// The package's root, found from this file, through symbolic links.
    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let sourceEndings: Set<String> = [
        "swift", "c", "h", "modulemap", "sh", "py", "php", "sql",
    ]

    /// Source files below a folder, as paths below the root, sorted.
    private static func sources(_ folder: String) throws -> [String] {
        let start = root.appending(path: folder)
        let names = try FileManager.default.subpathsOfDirectory(atPath: start.path)
        return names.filter { sourceEndings.contains(($0 as NSString).pathExtension) }
            .map { "\(folder)/\($0)" }.sorted()
    }

    private static func scanner(_ file: String) throws -> SourceScanner {
        let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
        return SourceScanner(file: file, text: text)
    }

    private func report(_ findings: [Finding]) {
        for finding in findings { Issue.record("\(finding)") }
    }

    @Test("every import keeps to the floors, every pointer to the cellar") func sources() throws {
        let files = try Self.sources("Sources")
        #expect(files.contains { $0.hasPrefix("Sources/Records/") }, "Sources/Records was not looked at")
        for file in files { report(try Self.scanner(file).scan()) }
    }

    @Test("tests, scripts and the floor plan carry their licence and end in time") func others() throws {
        let files =
            try Self.sources("Tests") + Self.sources("scripts") + Self.sources("bench") + [
                "Package.swift", "Makefile", ".ci/run", "bench/run",
            ]
        #expect(files.contains("Tests/Layering/LayeringTests.swift"), "Tests/Layering was not looked at")
        for file in files {
            let scanner = try Self.scanner(file)
            report(scanner.licence() + scanner.length() + scanner.unfinished())
        }
    }

    @Test("every module of bedrock has its room") func bedrock() throws {
        let folder = Self.root.appending(path: "Sources/C").path
        let modules = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            !$0.hasPrefix(".")
        }
        #expect(!modules.isEmpty)
        for module in modules.sorted() {
            #expect(
                Floors.bedrock[module] != nil,
                "Sources/C/\(module) has no room in Tests/Layering/Floors.swift")
        }
    }

    @Test("the table itself: no room stands twice, no station knows another, nothing looks up") func table() {
        let modules = Floors.rooms.map(\.module)
        #expect(Set(modules).count == modules.count)
        let floors = Dictionary(uniqueKeysWithValues: Floors.rooms.enumerated().map { ($1.module, $0) })
        for (index, room) in Floors.rooms.enumerated() {
            for module in room.may {
                guard let other = floors[module] else { continue }
                #expect(other > index, "\(room.module) looks up or at itself: \(module)")
                if room.path.hasPrefix("Stations/") {
                    let path = Floors.rooms[other].path
                    #expect(!path.hasPrefix("Stations/"), "\(room.module) knows \(module)")
                }
            }
        }
    }
}
