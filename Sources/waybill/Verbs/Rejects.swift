// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Archiving
import ArgumentParser
import CatalogueStore
import Databases
import Foundation
import JournalStore
import Records
import Settings

/// `waybill rejects`.
struct Rejects: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The refused records of a package: place in the file, id, code, message, fragment.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A package's id, or its start.") var id: String
    @Flag(help: "As a table that opens in Excel, in the partner's language.") var csv = false

    private static let page = 500

    func validate() throws {
        if csv && options.json {
            throw ValidationError("--csv and --json are two forms of the same: choose one")
        }
    }

    func run() throws {
        try options.reporting { gate in
            let row = try gate.package(id)
            let language = gate.loaded.settings.partner(row.partner).language
            let table = RejectTable(ReceiptLanguage(rawValue: language.rawValue) ?? .en)
            if csv { Self.write(table.heading) }
            var count = 0
            if let catalogue = try gate.catalogue() {
                var after = 0
                while true {
                    let found = try catalogue.read {
                        try CatalogueQueries.rejects(package: row.id, after: after, limit: Self.page, $0)
                    }
                    for numbered in found {
                        if csv {
                            Self.write(table.line(numbered.reject))
                        } else {
                            try show(numbered, gate.terminal)
                        }
                    }
                    count += found.count
                    guard let last = found.last, found.count == Self.page else { break }
                    after = last.number
                }
            }
            if count == 0, !csv {
                gate.terminal.say(
                    row.rejects == 0
                        ? "\(row.id) has no refused records"
                        : "\(row.rejects) records were refused; their details have aged out (retention)")
            }
            return .result(.done, "")
        }
    }

    /// A reject for `--json`.
    private struct Object: Encodable {
        var number: Int
        var member: String
        var offset: Int64
        var line: Int
        var kind, id, code, message, detail, fragment: String
    }

    private func show(_ numbered: NumberedReject, _ terminal: Terminal) throws {
        let reject = numbered.reject
        let message = RejectWords.message(reject.code, reject.detail, .en)
        try terminal.object(
            Object(
                number: numbered.number, member: reject.member, offset: reject.offset, line: reject.line,
                kind: reject.kind, id: reject.id, code: reject.code.rawValue, message: message,
                detail: reject.detail, fragment: reject.fragment))
        terminal.show(Self.lines(reject, message))
    }

    /// Two lines for people: the place and the reason, then the record.
    static func lines(_ reject: Reject, _ message: String) -> [String] {
        let file = reject.member.isEmpty ? "" : reject.member + ", "
        let line = reject.line > 0 ? "line \(reject.line), " : ""
        let id = reject.id.isEmpty ? "without id" : reject.id
        let head =
            "\(file)\(line)byte \(reject.offset): \(reject.kind) \(id): \(reject.code.rawValue): \(message)"
        let fragment = reject.fragment.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return fragment.isEmpty ? [head] : [head, "    " + fragment.prefix(200)]
    }

    private static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
