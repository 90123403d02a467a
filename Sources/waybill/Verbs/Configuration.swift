// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Files
import Settings

/// `waybill check-config`.
struct CheckConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Every mistake in the configuration, with file, line and column.",
        discussion: "Exit code 78 where there is one.")

    @OptionGroup var options: GlobalOptions

    private struct Object: Encodable {
        var file: String
        var line, column: Int
        var message, cure: String
    }

    func run() throws {
        try options.reportingAlone { terminal in
            do throws(Mistakes) {
                let loaded = try SettingsLoader.load(options.layout, files: RealFileSystem())
                let names = loaded.settings.partnerNames.joined(separator: ", ")
                terminal.say("the configuration is valid; partners: \(names.isEmpty ? "none" : names)")
                return .result(.done, "")
            } catch {
                for mistake in error.list {
                    try terminal.object(
                        Object(
                            file: mistake.file, line: mistake.line, column: mistake.column,
                            message: mistake.message, cure: mistake.cure))
                }
                throw Failure(.configuration, error.list.map(\.description).joined(separator: "\n"))
            }
        }
    }
}

/// `waybill config …`.
struct ConfigVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "What is in force.", subcommands: [ConfigShow.self])
}

/// `waybill config show`.
struct ConfigShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Every key with its value; with --origin also default and source.")

    @OptionGroup var options: GlobalOptions
    @Flag(help: "Also the default, and the file and line that set the value.") var origin = false

    private struct Object: Encodable { var key, value, `default`, origin: String }

    func run() throws {
        try options.reporting { gate in
            var table = Table(origin ? ["KEY", "VALUE", "DEFAULT", "FROM"] : ["KEY", "VALUE"])
            for entry in gate.loaded.origins {
                try gate.terminal.object(
                    Object(
                        key: entry.key, value: entry.value, default: entry.defaultValue, origin: entry.origin)
                )
                table.add(
                    origin
                        ? [entry.key, entry.value, entry.defaultValue, entry.origin]
                        : [entry.key, entry.value])
            }
            gate.terminal.show(table.lines())
            return .result(.done, "")
        }
    }
}
