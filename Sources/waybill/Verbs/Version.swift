// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArchiveStreams
import ArgumentParser
import Databases
import Hashing
import SystemPackage
import XMLStreams

/// `waybill version`.
struct VersionVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Versions of Waybill and of every library it runs on.")

    @OptionGroup var options: GlobalOptions

    private struct Object: Encodable {
        var waybill, sqlite, libxml2, libarchive, libxxhash: String
        /// Where the watcher lies; libinotifytools in it tells no version.
        var waybill_watch: String?
    }

    func run() throws {
        try options.reportingAlone { terminal in
            let versions = Object(
                waybill: Version.text, sqlite: sqliteVersion(), libxml2: libxmlVersion(),
                libarchive: libarchiveVersion(), libxxhash: libxxhashVersion(),
                waybill_watch: Run.watcher?.string)
            try terminal.object(versions)
            terminal.show([
                "waybill        \(versions.waybill)", "SQLite         \(versions.sqlite)",
                "libxml2        \(versions.libxml2)", "libarchive     \(versions.libarchive)",
                "libxxhash      \(versions.libxxhash)",
                "waybill-watch  \(versions.waybill_watch ?? "not installed: drops are found by the scan")",
            ])
            return .result(.done, "")
        }
    }
}
