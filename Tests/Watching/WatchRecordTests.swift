// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Agent

@Suite("Records of the watcher") struct WatchRecordTests {
    private let stream = Array(
        "ready\t0\t\0event\t12\ta\tb\nc.xml\0overflow\t-\t\0nonsense\0new-folder\t1\tx/y\0".utf8)

    @Test("records come out the same, whatever pieces they come in", arguments: [1, 2, 3, 7, 1_000])
    func pieces(size: Int) {
        var records = WatchRecords()
        var found: [WatchRecord] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            found += records.feed(Array(stream[start..<min(start + size, stream.count)]))
        }
        #expect(found.map(\.kind) == [.ready, .event, .overflow, .newFolder])
        #expect(found.map(\.folder) == [0, 12, nil, 1])
        #expect(found.map(\.text) == ["", "a\tb\nc.xml", "", "x/y"])
    }

    @Test(
        "what is no record is none",
        arguments: ["", "event", "event\t0", "event\tx\ta", "evenT\t0\ta", "event\t\ta"])
    func noRecords(text: String) { #expect(WatchRecord(Array(text.utf8)) == nil) }

    @Test("a record without end is not kept for ever")
    func endless() {
        var records = WatchRecords()
        for _ in 0..<40 { #expect(records.feed([UInt8](repeating: 65, count: 10_000)).isEmpty) }
        #expect(records.feed(Array("\0ready\t0\t\0".utf8)).map(\.kind) == [.ready])
    }
}
