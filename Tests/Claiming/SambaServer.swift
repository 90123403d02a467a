// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit

/// A file server of Windows' kind for one folder, on a port of its own on
/// the loopback, with everything it keeps in a temporary folder.
///
/// Needs root, because smbd changes to the user of each connection.
final class SambaServer {
    private let state: TemporaryFolder
    private let process = Process()
    private let client: Tool
    private let port: Int

    enum Trouble: Error { case notUp(String), refused(String) }

    /// Nil, with a word on standard error, where Samba is not installed or
    /// can't run.
    init?(sharing folder: String) throws {
        guard let server = Tool("smbd"), let client = Tool("smbclient") else {
            Skip.say("the packages samba and smbclient are not installed")
            return nil
        }
        guard geteuid() == 0 else {
            Skip.say("smbd needs root")
            return nil
        }
        self.client = client
        state = try TemporaryFolder()
        port = Int.random(in: 20_000..<30_000)
        for name in ["private", "lock", "state", "cache", "pid", "ncalrpc"] {
            try FileManager.default.createDirectory(
                atPath: state.path(name), withIntermediateDirectories: true)
        }
        let configuration = """
            [global]
            server role = standalone server
            map to guest = Bad User
            guest account = root
            smb ports = \(port)
            interfaces = lo
            bind interfaces only = yes
            disable netbios = yes
            load printers = no
            disable spoolss = yes
            private dir = \(state.path("private"))
            lock directory = \(state.path("lock"))
            state directory = \(state.path("state"))
            cache directory = \(state.path("cache"))
            pid directory = \(state.path("pid"))
            ncalrpc dir = \(state.path("ncalrpc"))
            log file = \(state.path("log"))
            [in]
            path = \(folder)
            guest ok = yes
            read only = no
            force create mode = 0664

            """
        try state.write("smb.conf", configuration)
        process.executableURL = URL(fileURLWithPath: server.path)
        process.arguments = [
            "--foreground", "--no-process-group", "--configfile=\(state.path("smb.conf"))",
            "--debug-stdout", "--debuglevel=0",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try waitUntilUp()
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    private func waitUntilUp() throws {
        var last = ""
        for _ in 0..<100 {
            let answer = try ask("ls")
            if answer.status == 0 { return }
            last = answer.output + answer.errors
            guard process.isRunning else { break }
            usleep(100_000)
        }
        throw Trouble.notUp(last)
    }

    private func ask(_ commands: String) throws -> Tool.Answer {
        try client.run([
            "//127.0.0.1/in", "-N", "-p", String(port), "-s", state.path("smb.conf"), "-c", commands,
        ])
    }

    /// Runs commands of smbclient in one connection.
    func perform(_ commands: String) throws {
        let answer = try ask(commands)
        guard answer.status == 0 else { throw Trouble.refused(answer.output + answer.errors) }
    }

    /// Begins to send a file whose content comes from a pipe, so that it
    /// grows as the test writes.
    func beginUpload(as name: String) throws -> Upload { try Upload(client, port, state, name) }

    /// One connection that sends a file piece by piece.
    final class Upload {
        private let process = Process()
        private let pipe: FileHandle

        fileprivate init(_ client: Tool, _ port: Int, _ state: TemporaryFolder, _ name: String) throws {
            let source = Pipe()
            process.executableURL = URL(fileURLWithPath: client.path)
            process.arguments = [
                "//127.0.0.1/in", "-N", "-p", String(port), "-s", state.path("smb.conf"), "-c",
                "iosize 16384; put /dev/stdin \(name)",
            ]
            process.standardInput = source
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            pipe = source.fileHandleForWriting
        }

        func send(_ text: String) throws { try pipe.write(contentsOf: Data(text.utf8)) }

        /// Ends the file and the connection.
        func finish() throws {
            try pipe.close()
            process.waitUntilExit()
        }

        /// The client's computer loses its power.
        func die() throws {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            try pipe.close()
        }
    }
}
