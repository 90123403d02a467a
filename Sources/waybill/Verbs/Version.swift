// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArchiveStreams
import ArgumentParser
import Databases
import XMLStreams

/// `waybill version`.
struct VersionVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Versions of Waybill and of every library it runs on.")

    @OptionGroup var options: GlobalOptions

    private struct Object: Encodable { var waybill, sqlite, libxml2, libarchive: String }

    func run() throws {
        try options.reportingAlone { terminal in
            let versions = Object(
                waybill: Version.text, sqlite: sqliteVersion(), libxml2: libxmlVersion(),
                libarchive: libarchiveVersion())
            try terminal.object(versions)
            terminal.show([
                "waybill     \(versions.waybill)", "SQLite      \(versions.sqlite)",
                "libxml2     \(versions.libxml2)", "libarchive  \(versions.libarchive)",
            ])
            return .result(.done, "")
        }
    }
}
