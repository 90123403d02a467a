// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A program of the system that a test uses as a second opinion.
package struct Tool: Sendable {
    package let path: String

    /// Nil where the program is not installed.
    package init?(_ name: String) {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin:/usr/sbin:/sbin")
            .split(separator: ":")
        guard
            let found = folders.map({ "\($0)/\(name)" }).first(where: {
                FileManager.default.isExecutableFile(atPath: $0)
            })
        else { return nil }
        path = found
    }

    /// A program at a known place.
    package init(path: String) { self.path = path }

    package struct Answer: Sendable {
        package var status: Int32
        package var output: String
        package var errors: String
    }

    /// Runs the program to its end, without input.
    package func run(_ arguments: [String], in folder: String? = nil) throws -> Answer {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        let output = Pipe()
        let errors = FileManager.default.temporaryDirectory.appending(path: "tool-\(UUID().uuidString)")
        defer { unlink(errors.path) }
        guard FileManager.default.createFile(atPath: errors.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Answer(
            status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }
}

/// Says why a test, or a part of it, could not run here.
package enum Skip {
    package static func say(_ reason: String, function: String = #function) {
        FileHandle.standardError.write(Data("skipped: \(function): \(reason)\n".utf8))
    }
}
