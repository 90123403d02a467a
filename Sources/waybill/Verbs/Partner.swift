// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Files
import Records
import Settings
import SpoolStore
import SystemPackage

/// `waybill partner …`.
struct Partner: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The systems that drop files: make one, accept its new volume, list them.",
        subcommands: [PartnerAdd.self, PartnerAdopt.self, PartnerList.self])
}

/// `waybill partner add`.
struct PartnerAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Folders, modes, volume mark and etc/conf.d/NAME.yaml; safe to repeat.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "Letters, digits, dot, dash, underscore; it names the folder.") var name: String

    func validate() throws {
        guard Spool.isPartnerName(name) else { throw ValidationError("\(SpoolError.badPartnerName(name))") }
    }

    func run() throws {
        try options.reporting { gate in
            try gate.checkChanging()
            let sample = gate.layout.partners.appending("\(name).yaml")
            let isNew = try RootMaker.write(sample, SampleConfiguration.partner(name), gate.spool.files)
            var command = Command(.addPartner)
            command.partner = name
            var answer = try gate.perform(command)
            if isNew, answer.exit == 0 {
                answer.message =
                    (answer.message ?? "") + "\nconfiguration: \(sample): set its time zone, then "
                    + "`waybill check-config`; a running agent takes later changes at its next start"
            }
            return answer
        }
    }
}

/// `waybill partner adopt`.
struct PartnerAdopt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Accepts a partner's volume that was replaced on purpose.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The partner.") var name: String

    func run() throws {
        try options.reporting { gate in
            var command = Command(.adoptPartner)
            command.partner = name
            return try gate.perform(command)
        }
    }
}

/// `waybill partner list`.
struct PartnerList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "All partners with their state.")

    @OptionGroup var options: GlobalOptions

    func run() throws {
        try options.reporting { gate in
            let found = try StatusReport.partners(gate, try gate.ask(Command(.status))?.status)
            var table = Table(["PARTNER", "STATE", "WATCHING", "FILES", "FOLDER"])
            for partner in found {
                try gate.terminal.object(partner)
                let state = partner.online ? "online" : "offline: \(partner.offline_reason ?? "")"
                table.add([
                    partner.name, state, partner.watching ?? "no agent runs",
                    partner.waiting_files.map(String.init) ?? "?", gate.spool.partner(partner.name).string,
                ])
            }
            if found.isEmpty {
                gate.terminal.say("no partners yet; waybill partner add NAME makes one")
            } else {
                gate.terminal.show(table.lines())
            }
            return .result(.done, "")
        }
    }
}
