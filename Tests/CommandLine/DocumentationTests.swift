// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Testing

@testable import waybill

/// What ships beside the program says the same as the program.
@Suite("Documentation") struct DocumentationTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func read(_ path: String) throws -> String {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    }

    /// Verbs of one or two words, sorted.
    private static func verbs(_ command: any ParsableCommand.Type, _ prefix: String = "") -> [String] {
        command.configuration.subcommands.flatMap { child in
            let name = prefix + child._commandName
            let below = verbs(child, name + " ")
            return below.isEmpty ? [name] : below
        }.sorted()
    }

    @Test("the list of verbs is the contract's of this version") func golden() {
        #expect(
            Self.verbs(Waybill.self) == [
                "approve", "archive list", "archive prune", "archive restore", "archive verify", "audit",
                "check-config",
                "completions", "config show", "discard", "doctor", "explain", "find", "hold", "ingest",
                "init", "media adopt",
                "partner add", "partner adopt", "partner list", "promote", "queue", "rejects", "release",
                "retry", "run",
                "show", "status", "version", "why",
            ])
    }

    @Test("docs/cli.md names every verb, and no other") func manual() throws {
        var named: Set<String> = []
        for line in try Self.read("docs/cli.md").split(separator: "\n") where line.hasPrefix("| `") {
            let cell = line.dropFirst(2).prefix { $0 != "|" }.replacing("\\", with: "")
            for part in cell.split(separator: "`").map(String.init) where part.contains(where: \.isLetter) {
                let words = part.split(separator: " ").prefix {
                    $0.allSatisfy { $0.isLowercase || $0 == "-" } && !$0.hasPrefix("-")
                }
                named.insert(words.joined(separator: " "))
            }
        }
        #expect(named == Set(Self.verbs(Waybill.self)))
    }

    @Test("the help of the program fits a terminal and says the codes") func help() {
        let text = Waybill.helpMessage(columns: 80)
        for line in text.split(separator: "\n") where !line.hasPrefix("USAGE") { #expect(line.count <= 80) }
        for word in ["64 usage", "75 locked", "78 configuration invalid", "$WAYBILL_ROOT"] {
            #expect(text.replacing("\n", with: " ").contains(word))
        }
    }

    @Test("every verb has an abstract and every option a help line") func abstracts() {
        func check(_ command: any ParsableCommand.Type) {
            #expect(!command.configuration.abstract.isEmpty, "\(command)")
            for child in command.configuration.subcommands { check(child) }
        }
        check(Waybill.self)
    }

    @Test("init writes what the repository shows", arguments: RootTexts.all.map(\.path)) func texts(
        path: String
    )
        throws
    {
        let text = try #require(RootTexts.all.first { $0.path == path })
        #expect(try Self.read(path) == text.text)
    }
}
