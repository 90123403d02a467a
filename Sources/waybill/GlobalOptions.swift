// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Archiving
import ArgumentParser
import Databases
import Files
import Foundation
import Settings
import Sockets
import SpoolStore

/// Options of every verb; they may stand before or after it.
struct GlobalOptions: ParsableArguments {
    @Option(name: [.customShort("C"), .long], help: ArgumentHelp("The root folder.", valueName: "dir"))
    var root: String?
    @Option(help: ArgumentHelp("Another main configuration file than etc/waybill.yaml.", valueName: "file"))
    var config: String?
    @Flag(help: "One JSON object, or one a line for lists.") var json = false
    @Flag(help: "Only what was asked for, and failures.") var quiet = false
    @Flag(help: "Answer questions with yes.") var yes = false
    @Flag(name: .customLong("no-color"), help: "No colours on a terminal.") var noColor = false

    var terminal: Terminal {
        let environment = ProcessInfo.processInfo.environment
        let plain =
            noColor || environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        return Terminal(json: json, quiet: quiet, color: !plain && Terminal.isTerminal)
    }

    /// Where everything of the root lies.
    var layout: RootLayout {
        RootLayout.find(
            root: root, config: config, environment: ProcessInfo.processInfo.environment,
            current: FileManager.default.currentDirectoryPath)
    }
}

extension GlobalOptions {
    /// Reads a root's configuration.
    /// - Throws: `Failure` with exit code 78 and every mistake.
    static func load(_ layout: RootLayout) throws -> LoadedSettings {
        do { return try SettingsLoader.load(layout, files: RealFileSystem()) } catch {
            throw Failure(.configuration, error.list.map(\.description).joined(separator: "\n"))
        }
    }

    /// Runs a verb on the root and ends with the answer's code; failures go
    /// to standard error.
    func reporting(_ work: (Gate) throws -> Answer) throws {
        let answer: Answer
        do { answer = try work(try Gate(self)) } catch { throw complain(error) }
        try finish(answer)
    }

    func reporting(_ work: (Gate) async throws -> Answer) async throws {
        let answer: Answer
        do { answer = try await work(try Gate(self)) } catch { throw complain(error) }
        try finish(answer)
    }

    /// As `reporting`, for verbs that need no root.
    func reportingAlone(_ work: (Terminal) throws -> Answer) throws {
        let answer: Answer
        do { answer = try work(terminal) } catch { throw complain(error) }
        try finish(answer)
    }

    private func finish(_ answer: Answer) throws {
        let code = answer.exit ?? Agent.ExitCode.failed.rawValue
        if let message = answer.message, !message.isEmpty {
            let words = message + (answer.cure.map { "; \($0)" } ?? "")
            if code == Agent.ExitCode.done.rawValue { terminal.say(words) } else { Terminal.complain(words) }
            try terminal.object(answer)
        }
        if code != 0 { throw ArgumentParser.ExitCode(code) }
    }

    private func complain(_ error: any Error) -> any Error {
        if error is ArgumentParser.ExitCode || error is ValidationError || error is CleanExit { return error }
        for line in Self.words(for: error).split(separator: "\n") { Terminal.complain(String(line)) }
        return ArgumentParser.ExitCode(Self.code(for: error).rawValue)
    }

    /// What happened and what helps, in lines.
    static func words(for error: any Error) -> String {
        guard let error = error as? SocketError else { return "\(error)" }
        let cure =
            error.errno == EACCES || error.errno == EPERM
            ? "be a member of the group of the agent's user, or run waybill as that user"
            : "waybill status; waybill doctor"
        return "\(error); \(cure)"
    }

    /// What an error of a lower floor means to who called the program.
    static func code(for error: any Error) -> Agent.ExitCode {
        switch error {
        case let error as Failure: error.code
        case let error as StoreError: error.isBusy ? .locked : .failed
        case let error as FileError: error.isOffline ? .unreachable : .failed
        case let error as SpoolError: error.fileError.map { code(for: $0) } ?? code(for: error)
        case let error as ArchiveError: code(for: error)
        case is SocketError: .unreachable
        default: .failed
        }
    }

    private static func code(for error: SpoolError) -> Agent.ExitCode {
        switch error {
        case .noSuchPackage, .vanished: .notFound
        case .badPartnerName: .usage
        case .file, .idTaken, .copyDiffers, .damaged: .failed
        }
    }

    private static func code(for error: ArchiveError) -> Agent.ExitCode {
        switch error {
        case .locked: .locked
        case .payloadGone: .notFound
        case .emptyArchive: .unreachable
        case .file(let error): code(for: error as any Error)
        case .notAFile, .conflict, .changed, .damaged, .exists, .badPath, .journal: .failed
        }
    }
}
