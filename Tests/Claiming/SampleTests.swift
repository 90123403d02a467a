// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
import SystemPackage
import TestKit
import Testing

@testable import Claiming

/// Files that real systems wrote, where they are at hand.
@Suite("Real files") struct SampleTests {
    /// Beside the house, never in it.
    private static let samples = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/samples").path

    @Test("the tail proof and a parser agree on every document: what parses is proven complete")
    func documents() throws {
        guard FileManager.default.fileExists(atPath: Self.samples), let parser = Tool("xmllint") else {
            return Skip.say("no samples, or xmllint is not installed")
        }
        let names = try FileManager.default.subpathsOfDirectory(atPath: Self.samples)
            .filter { $0.lowercased().hasSuffix(".xml") }.sorted()
        let files = RealFileSystem()
        for name in names {
            let path = "\(Self.samples)/\(name)"
            let answer = try files.withFile(FilePath(path), .read) { open throws(FileError) in
                let size = try files.status(of: open).size
                return try XMLProof.check(ByteWindow(files: files, file: open, size: size))
            }
            guard answer != .complete(.xml) else { continue }
            let parsed = try parser.run(["--noout", "--nonet", "--huge", path]).status == 0
            #expect(!parsed, "\(name): \(answer)")
        }
    }
}
