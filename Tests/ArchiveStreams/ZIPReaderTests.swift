// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArchiveStreams
import TestKit
import Testing

/// A ZIP in memory.
final class MemorySource: ZIPSource {
    let bytes: [UInt8]
    /// Reading beyond this offset fails.
    var failsFrom = Int64.max

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var size: Int64 { Int64(bytes.count) }

    func read(at offset: Int64, into buffer: inout MutableSpan<UInt8>) -> Int? {
        guard offset < failsFrom else { return nil }
        let count = max(0, min(buffer.count, bytes.count - Int(offset)))
        for index in 0..<count { buffer[index] = bytes[Int(offset) + index] }
        return count
    }
}

@Suite("ZIP reader") struct ZIPReaderTests {
    /// `name=text` of every member, in order.
    private func contents(_ bytes: [UInt8], limits: ZIPLimits = ZIPLimits(), chunk: Int = 1_000)
        throws(ZIPError)
        -> [String]
    {
        try contents(MemorySource(bytes), limits: limits, chunk: chunk)
    }

    private func contents(_ source: MemorySource, limits: ZIPLimits = ZIPLimits(), chunk: Int = 1_000)
        throws(ZIPError) -> [String]
    {
        var reader = try ZIPReader(source, limits: limits) { bytes in "(\(bytes.count) bytes)" }
        var found: [String] = []
        var buffer = [UInt8](repeating: 0, count: chunk)
        while let member = try reader.next() {
            var text: [UInt8] = []
            while true {
                var span = buffer.mutableSpan
                let count = try reader.read(into: &span)
                if count == 0 { break }
                text += buffer[..<count]
            }
            found.append("\(member.index) \(member.name)=\(String(decoding: text, as: UTF8.self))")
        }
        return found
    }

    private func error(_ bytes: [UInt8], limits: ZIPLimits = ZIPLimits()) -> ZIPError? {
        do {
            _ = try contents(bytes, limits: limits)
            return nil
        } catch { return error }
    }

    @Test("members come in order, by pieces of any size", arguments: [1, 3, 1_000])
    func members(chunk: Int) throws {
        let zip = ZIPBuilder([
            .init("a/import.xml", "<a/>"), .init("товар.jpg", "картинка"), .init("empty", ""),
        ])
        #expect(
            try contents(zip.build(), chunk: chunk)
                == ["0 a/import.xml=<a/>", "1 товар.jpg=картинка", "2 empty="])
    }

    @Test("names: UTF-8 without its flag, other charsets by the decoder, backslashes")
    func names() throws {
        var unflagged = ZIPBuilder.Member("товар.xml", "1")
        unflagged.isUTF8 = false
        var other = ZIPBuilder.Member(name: [0xE2, 0xAE, 0xA2, 0xA0, 0xE0], bytes: [50])
        other.isUTF8 = false
        let windows = ZIPBuilder.Member("webdata\\import.xml", "3")
        #expect(
            try contents(ZIPBuilder([unflagged, other, windows]).build())
                == ["0 товар.xml=1", "1 (5 bytes)=2", "2 webdata/import.xml=3"])
    }

    @Test("folders and links are passed over")
    func foldersAndLinks() throws {
        var link = ZIPBuilder.Member("link.xml", "/etc/passwd")
        link.mode = 0o120777
        let zip = ZIPBuilder([.init("webdata/", ""), .init("back\\", ""), link, .init("a.xml", "a")])
        #expect(try contents(zip.build()) == ["0 a.xml=a"])
    }

    @Test("a ZIP without members is one")
    func empty() throws { #expect(try contents(ZIPBuilder().build()) == []) }

    @Test("a cut ZIP is refused at once, at every length")
    func cut() {
        let zip = ZIPBuilder([.init("a.xml", "some text"), .init("b.xml", "more of it")]).build()
        for length in 0..<zip.count {
            guard case .noDirectory = error(Array(zip[..<length])) else {
                Issue.record("\(length) of \(zip.count) bytes were not refused")
                continue
            }
        }
        guard case .noDirectory = error(Array(zip[..<40]) + [UInt8](repeating: 0, count: 5_000)) else {
            Issue.record("a preallocated file was not refused")
            return
        }
    }

    @Test("a wrong CRC, a wrong size, a password, an unknown method")
    func damage() {
        var member = ZIPBuilder.Member("a.xml", "some text")
        member.crc = 1
        guard case .damaged("a.xml", _) = error(ZIPBuilder([member]).build()) else {
            Issue.record("a wrong CRC was not noticed")
            return
        }
        member.crc = nil
        member.size = 4
        guard case .damaged("a.xml", _) = error(ZIPBuilder([member]).build()) else {
            Issue.record("a wrong size was not noticed")
            return
        }
        member.size = nil
        member.isEncrypted = true
        #expect(error(ZIPBuilder([member]).build()) == .encrypted(member: "a.xml"))
        member.isEncrypted = false
        member.method = 12
        guard case .method("a.xml", _) = error(ZIPBuilder([member]).build()) else {
            Issue.record("bzip2 was not refused")
            return
        }
    }

    @Test("limits: members, bytes of one, bytes of all, growth")
    func limits() throws {
        let zip = ZIPBuilder([.init("a", "0123456789"), .init("b", "0123456789")]).build()
        var limits = ZIPLimits()
        limits.members = 1
        #expect(error(zip, limits: limits) == .tooManyMembers(limit: 1))
        limits = ZIPLimits()
        limits.memberBytes = 9
        #expect(error(zip, limits: limits) == .tooLarge(member: "a", limit: 9))
        limits = ZIPLimits()
        limits.totalBytes = 19
        #expect(error(zip, limits: limits) == .tooLarge(member: "", limit: 19))
        limits = ZIPLimits()
        limits.ratio = 1
        limits.ratioAfter = 100
        var bomb = ZIPBuilder.Member(name: [97], bytes: Self.deflatedZeros)
        bomb.method = 8
        bomb.size = 1_000
        bomb.crc = ZIPBuilder.crc32([UInt8](repeating: 0, count: 1_000))
        #expect(error(ZIPBuilder([bomb]).build(), limits: limits) == .ratio(member: "a", limit: 1))
        #expect(error(ZIPBuilder([bomb]).build()) == nil)
    }

    /// 1,000 zeros, raw deflate.
    private static let deflatedZeros: [UInt8] = [
        0x63, 0x60, 0x18, 0x5, 0xa3, 0x60, 0x14, 0xc, 0x77, 0x0, 0x0,
    ]

    @Test("bytes that can't be read are the source's error, not the ZIP's")
    func failingSource() {
        let source = MemorySource(
            ZIPBuilder([.init("a.xml", String(repeating: "x", count: 100_000))]).build())
        source.failsFrom = 60_000
        #expect(throws: ZIPError.source) { try contents(source) }
    }
}
