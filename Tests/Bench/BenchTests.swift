// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestKit
import Testing

/// The benchmark at its quick size: it runs to its end, and the store is what
/// the ledger says after every case. Its figures are not judged.
@Suite("Bench") struct BenchTests {
    @Test("the quick run gets through and verifies every store") func quick() throws {
        guard let python = Tool("python3") else { return Skip.say("python3 is not installed") }
        guard Tool("unzip") != nil, Tool("zip") != nil else {
            return Skip.say("zip or unzip is not installed")
        }
        let folder = try TemporaryFolder()
        let answer = try python.run([
            Built.root + "/bench/run", "--quick", "--programs", Built.programs, "--folder", folder.root,
        ])
        #expect(answer.status == 0, "\(answer.output)\(answer.errors)")
        for line in answer.output.split(separator: "\n") where line.hasPrefix("skipped: ") {
            Skip.say(String(line.dropFirst("skipped: ".count)))
        }
        for row in ["first load into an empty store", "drop to visible, idle", "peak memory, 2,000 products"]
        {
            #expect(answer.output.contains("| \(row)"), "no row: \(row)\n\(answer.output)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.root)
        #expect(left.isEmpty)
    }

    @Test("a store that is not as the ledger says fails the run") func wrongStore() throws {
        guard let python = Tool("python3") else { return Skip.say("python3 is not installed") }
        guard Tool("unzip") != nil, Tool("zip") != nil else {
            return Skip.say("zip or unzip is not installed")
        }
        let folder = try TemporaryFolder()
        // A simulator whose ledger says one product more than its files.
        for name in ["waybill", "waybill-watch"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path(name), withDestinationPath: Built.programs + "/" + name)
        }
        let liar = try folder.write(
            "waybill-sim",
            """
            #!/bin/sh
            '\(Built.programs)/waybill-sim' "$@" && sed -i 's/"products" : 2\\(0*\\)/"products" : 3\\1/' "$2/ledger.json"
            """)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: liar)
        let answer = try python.run([
            Built.root + "/bench/run", "--quick", "--peers", "none", "--programs", folder.root, "--folder",
            folder.root,
        ])
        #expect(answer.status == 1, "\(answer.output)\(answer.errors)")
        #expect(answer.errors.contains("products: (200,), expected (300,)"), "\(answer.errors)")
    }
}

/// Where things lie that the tests run.
enum Built {
    /// Folder of the built programs: beside the running tests.
    static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().path
    /// The project's own folder.
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}
