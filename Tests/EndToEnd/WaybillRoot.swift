// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

/// A root of its own with the real program on it, as a user has it.
final class WaybillRoot {
    let folder: TemporaryFolder
    private let program: Tool
    private let sqlite: Tool

    /// Where the built programs lie: beside the running tests.
    static let programs: String = {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return own.deletingLastPathComponent().path
    }()

    init(init arguments: [String] = []) throws {
        folder = try TemporaryFolder()
        program = Tool(path: Self.programs + "/waybill")
        sqlite = try #require(Tool("sqlite3"), "sqlite3 is not installed")
        let made = try program.run(["init", folder.root] + arguments)
        try #require(made.status == 0, "init: \(made.errors)")
    }

    var root: String { folder.root }
    func path(_ name: String) -> String { folder.path(name) }
    var input: String { path("spool/partners/erp-1c/in") }

    /// Runs a verb on this root.
    @discardableResult
    func waybill(
        _ arguments: String..., expect status: Int32? = 0, at location: SourceLocation = #_sourceLocation
    )
        throws -> Tool.Answer
    {
        let answer = try program.run(["--root", root, "--no-color"] + arguments)
        if let status {
            #expect(
                answer.status == status,
                "waybill \(arguments.joined(separator: " ")): \(answer.output)\(answer.errors)",
                sourceLocation: location)
        }
        return answer
    }

    /// Puts a file into `in/` by a rename, so that it is there whole.
    func drop(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let staged = try folder.write("staged/\(name)", bytes)
        let target = input + "/" + name
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: target).deletingLastPathComponent().path,
            withIntermediateDirectories: true)
        guard rename(staged, target) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    func drop(_ name: String, _ text: String) throws { try drop(name, text.utf8) }

    /// Rows of a query, columns joined by `|`, through the sqlite3 program.
    func sql(_ query: String, in file: String = "catalogue.db") throws -> [String] {
        let answer = try sqlite.run([
            "-batch", "-readonly", "file:" + path("var/store/\(file)") + "?mode=ro", query,
        ])
        try #require(answer.status == 0, "\(query): \(answer.errors)")
        return answer.output.split(separator: "\n").map(String.init)
    }

    func count(_ view: String, where condition: String = "1") throws -> Int {
        Int(try sql("SELECT count(*) FROM \(view) WHERE \(condition)").first ?? "") ?? -1
    }

    /// Outcomes of all packages by name, sorted.
    func outcomes() throws -> [String] {
        try sql("SELECT name || ' ' || outcome FROM v1_package ORDER BY id", in: "journal.db")
    }

    /// Names below a folder of the root, files only, sorted.
    func files(_ name: String) throws -> [String] {
        let base = path(name)
        guard let found = FileManager.default.enumerator(atPath: base) else { return [] }
        var names: [String] = []
        for case let sub as String in found {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: base + "/" + sub, isDirectory: &isFolder),
                !isFolder.boolValue
            {
                names.append(sub)
            }
        }
        return names.sorted()
    }
}

/// `waybill run` in the background.
final class RunningAgent {
    private let process = Process()
    private let socket: ReadySocket
    let log: String

    /// Starts it and waits until it says it is ready, as systemd would.
    init(_ root: WaybillRoot) throws {
        socket = try ReadySocket(root.path("ready.sock"))
        log = root.path("agent.log")
        try root.folder.write("agent.log", "")
        process.executableURL = URL(fileURLWithPath: WaybillRoot.programs + "/waybill")
        process.arguments = ["--root", root.root, "run"]
        process.environment = ProcessInfo.processInfo.environment.merging(["NOTIFY_SOCKET": socket.path]) {
            $1
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.standardError = process.standardOutput
        try process.run()
        let isReady = try socket.wait(for: "READY=1")
        let said = try words()
        try #require(isReady, "the agent was not ready: \(said)")
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var id: Int32 { process.processIdentifier }

    func words() throws -> String { try String(contentsOfFile: log, encoding: .utf8) }

    /// Ends it as systemd does.
    /// - Returns: its exit code.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    func killHard() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Waits for something the agent does in its own time; a minute is an
    /// error.
    func eventually(
        _ what: String, at location: SourceLocation = #_sourceLocation, _ done: () throws -> Bool
    ) throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if try done() { return }
            usleep(20_000)
        }
        Issue.record("not within a minute: \(what)\n\(try words())", sourceLocation: location)
    }
}

/// A datagram socket that takes what a service tells systemd.
final class ReadySocket {
    let path: String
    private let descriptor: CInt

    init(_ path: String) throws {
        self.path = path
        unlink(path)
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8) + [0]) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Blocks until the message comes; false after a minute.
    func wait(for message: String) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            if String(decoding: buffer[0..<count], as: UTF8.self).contains(message) { return true }
        }
    }
}
