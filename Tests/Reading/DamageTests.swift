// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Reading
import Records
import TestKit
import Testing

@Suite("Damaged packages") struct DamageTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private var document: String {
        CommerceML.catalogue(
            products: (0..<40).map { CommerceML.product("p\($0)", name: "Товар номер \($0)") })
    }

    /// Reads what is left of a package; whatever comes of it, no file was at
    /// fault, and no more records come out than went in.
    private func read(_ name: String, _ bytes: [UInt8], _ seed: UInt64) throws {
        let context = try bench.context(name, bytes)
        do throws(ReadError) {
            #expect(try bench.records(context).count <= 40, "seed \(seed)")
        } catch {
            #expect(error.disposition == .quarantine, "seed \(seed): \(error)")
        }
    }

    private func damaged(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<max(1, bytes.count / 100) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        return bytes
    }

    @Test("one byte in a hundred changed, in every format", arguments: 0..<60)
    func bytes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let json =
            #"{"products": [\#((0..<40).map { #"{"id": "p\#($0)", "name": "Товар"}"# }.joined(separator: ","))]}"#
        let zip = ZIPBuilder([.init("import.xml", document), .init("1.jpg", "picture")]).build()
        try read("a.xml", damaged(Array(document.utf8), &random), seed)
        try read("a.xml", damaged(windows1251(document), &random), seed)
        try read("a.xml", damaged(utf16(document), &random), seed)
        try read("a.json", damaged(Array(json.utf8), &random), seed)
        try read("a.zip", damaged(zip, &random), seed)
        // The directory alone, where every length and offset stands.
        var tail = zip
        let start = tail.count - 120
        tail[Int.random(in: start..<tail.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
        try read("a.zip", tail, seed)
    }
}
