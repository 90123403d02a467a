// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

/// The program as it was built, for its exit codes and its two outputs.
struct Program {
    private let path: String

    /// It lies beside the tests' own program.
    init() throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        var folder = URL(fileURLWithPath: own).deletingLastPathComponent()
        // `swift test` may run the tests through a program of the toolchain.
        if !FileManager.default.isExecutableFile(atPath: folder.appending(path: "waybill").path) {
            folder = Bundle.main.bundleURL
        }
        path = folder.appending(path: "waybill").path
        try #require(FileManager.default.isExecutableFile(atPath: path), "\(path) is not built")
    }

    func run(_ arguments: [String], in folder: String? = nil) throws -> Tool.Answer {
        // A root of the surrounding shell must not be taken for the test's.
        let tool = try #require(Tool("env"))
        return try tool.run(["-u", "WAYBILL_ROOT", path] + arguments, in: folder)
    }

    /// As another user, in one group; nil where this machine can't.
    func run(_ arguments: [String], user: UInt32, group: UInt32) throws -> Tool.Answer? {
        guard geteuid() == 0, let tool = Tool("setpriv") else { return nil }
        let identity = ["--reuid", "\(user)", "--regid", "\(group)", "--clear-groups"]
        return try tool.run(identity + ["env", "-u", "WAYBILL_ROOT", path] + arguments)
    }
}
