// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import Files
import Foundation
import Hashing
import SpoolStore
import SystemPackage
import Testing

@Suite("Markers and manifests") struct IntakeCoverTests {
    private let box: InBox

    init() throws { box = try InBox() }

    private func digest(_ text: String) -> String {
        var hasher = SHA256Hasher()
        hasher.update(Array(text.utf8).span)
        return hasher.finish()
    }

    @Test("a marker is proof for any file, at once, and goes with it", arguments: ["done", "COMPLETE"])
    func marker(ending: String) throws {
        try box.put("prices.csv", "1;2")
        try box.put("prices.csv.\(ending)", "")
        let look = box.look()
        #expect(look.ready.map(\.proof) == [.marker])
        let claimed = try box.claimAll(look)
        #expect(claimed[0].file.note.companions == ["prices.csv.\(ending)"])
        #expect(try box.left().isEmpty)
    }

    @Test("a marker that came before the file's last change proves nothing, and goes with it")
    func staleMarker() throws {
        try box.put("prices.csv.done", "")
        #expect(box.look().waiting.map(\.isSettling) == [false])
        // Another time stamp than the marker's, however coarse the clock is.
        while true {
            try box.put("prices.csv", "1;2")
            let files = RealFileSystem()
            let marker = try files.status(box.input.appending("prices.csv.done")).changed
            if try files.status(box.input.appending("prices.csv")).changed > marker { break }
        }
        #expect(box.look(after: 60).ready.isEmpty)
        let look = box.look(after: 2)
        #expect(look.ready.map(\.proof) == [.quiet])
        #expect(look.ready[0].companions == [FilePath("prices.csv.done")])
    }

    @Test("a marker with half a document under it: after the quiet time, for Reading to judge")
    func wrongMarker() throws {
        try box.put("import.xml", "<a>")
        try box.put("import.xml.done", "")
        #expect(box.look().waiting.map(\.isSettling) == [true])
        #expect(box.look(after: 2).ready.map(\.proof) == [.marker])
    }

    @Test("a manifest that agrees is proof at once, and its facts go along")
    func manifest() throws {
        let text = "id;price\n1;2\n"
        try box.put("webdata/prices.csv", text)
        try box.put("webdata/prices.csv.sha256", "\(digest(text))  prices.csv\n")
        try box.put(
            "webdata/prices.csv.manifest.json",
            #"{"name":"prices.csv","size":\#(text.utf8.count),"records":1}"#)
        let look = box.look()
        #expect(look.ready.map(\.proof) == [.manifest])
        #expect(
            look.ready.first?.manifest
                == ManifestFacts(size: Int64(text.utf8.count), sha256: digest(text), records: 1))
        let claimed = try box.claimAll(look)
        #expect(
            claimed[0].file.note.companions.sorted() == ["prices.csv.manifest.json", "prices.csv.sha256"])
        #expect(
            claimed[0].file.note.extra["manifest"]
                == .object([
                    "size": .integer(Int64(text.utf8.count)), "sha256": .string(digest(text)),
                    "records": .integer(1),
                ]))
        #expect(try box.left().isEmpty)
    }

    @Test(
        "a manifest that disagrees holds even a whole document, at last for a human",
        arguments: [
            ("import.xml.manifest.json", #"{"size":5}"#), ("import.xml.manifest.json", "{"),
            ("import.xml.sha256", String(repeating: "0", count: 64)),
            ("import.xml.sha256", String(repeating: "0", count: 64) + "  other.xml"),
        ])
    func disagrees(name: String, text: String) throws {
        try box.put("import.xml")
        try box.put(name, text)
        #expect(box.look().waiting.map(\.isSettling) == [true])
        #expect(box.look(after: 599).waiting.map(\.isSettling) == [false])
        let look = box.look(after: 1)
        #expect(look.ready.map { $0.toQuarantine != nil } == [true])
        try box.claimAll(look)
        #expect(try box.left().isEmpty)
    }

    @Test("a manifest put right frees the file at once; a late wrong one starts the time again")
    func corrected() throws {
        try box.put("import.xml")
        try box.put("import.xml.sha256", String(repeating: "0", count: 64))
        _ = box.look()
        #expect(box.look(after: 500).ready.isEmpty)
        try box.put("import.xml.sha256", String(repeating: "1", count: 64))
        #expect(box.look(after: 500).ready.isEmpty)
        try box.put("import.xml.sha256", digest(InBox.document))
        #expect(box.look(after: 1).ready.map(\.proof) == [.manifest])
    }

    @Test("a manifest, a marker without their file are listed, however long")
    func lonely() throws {
        try box.put("a.xml.sha256", "x")
        try box.put("webdata/b.xml.done", "")
        let first = box.look()
        #expect(first.waitingNames == ["a.xml.sha256", "webdata/b.xml.done"])
        #expect(first.hasWork == false)
        let later = box.look(after: 10_000)
        #expect(later.ready.isEmpty)
        #expect(Set(later.waiting.map(\.since)) == Set(first.waiting.map(\.since)))
    }

    @Test("a marker with content is a drop of its own; a lone .manifest.json is not")
    func otherNames() throws {
        try box.put("a.xml.done", "not empty")
        try box.put("b.manifest.json", "{}")
        _ = box.look()
        let look = box.look(after: 2)
        #expect(look.readyNames == ["a.xml.done"])
        #expect(look.waitingNames == ["b.manifest.json"])
    }

    @Test("letter case joins a cover and its file")
    func letterCase() throws {
        try box.put("IMPORT.XML", "<a>")
        try box.put("import.xml.DONE", "")
        _ = box.look()
        #expect(box.look(after: 2).ready.map(\.companions) == [[FilePath("import.xml.DONE")]])
    }
}
