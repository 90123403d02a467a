// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import Files
import Foundation
import SpoolStore
import SystemPackage
import TestKit
import Testing

/// Windows programs write through smbd on this host: one kernel sees them and
/// us, so leases tell the truth.
@Suite("A Samba share", .serialized) struct SambaTests {
    private let box: InBox
    /// More than smbclient reads before it sends anything.
    private static let half = "<a>" + String(repeating: "<b></b>", count: 4_000_000)

    init() throws { box = try InBox() }

    /// Looks until something is seen that the test waits for; the clock of
    /// the decisions stands still meanwhile.
    private func look(until wanted: (IntakeLook) -> Bool) -> IntakeLook {
        var look = box.look()
        let end = ContinuousClock.now.advanced(by: .seconds(20))
        while !wanted(look), ContinuousClock.now < end {
            usleep(20_000)
            look = box.look()
        }
        return look
    }

    @Test("files, folders and a rename from a temporary name come in")
    func files() throws {
        guard let server = try SambaServer(sharing: box.input.string) else { return }
        let folder = box.folder
        try folder.write("import0_1.xml", InBox.document)
        try folder.write("a.zip", SmallZIP.bytes(["import.xml": "<a></a>"]))
        try server.perform(
            "lcd \(folder.root); mkdir webdata; put import0_1.xml webdata/import0_1.xml; put a.zip A.ZIP; "
                + "put import0_1.xml orders.xml.tmp; rename orders.xml.tmp orders.xml")
        let look = look { $0.ready.count == 3 }
        #expect(look.readyNames == ["orders.xml", "A.ZIP", "webdata/import0_1.xml"])
        let claimed = try box.claimAll(look)
        #expect(claimed.map(\.writer) == [.gone, .gone, .gone])
        #expect(try box.left().isEmpty)
    }

    @Test("a file that grows is taken when its writer has closed it, not before")
    func growing() throws {
        guard let server = try SambaServer(sharing: box.input.string) else { return }
        let upload = try server.beginUpload(as: "import.xml")
        try upload.send(Self.half)
        let half = look { $0.waiting.contains { $0.size > 0 } }
        #expect(half.waiting.allSatisfy { $0.size > 0 })
        #expect(half.waitingNames == ["import.xml"])
        #expect(half.ready.isEmpty)
        #expect(box.look(after: 60).ready.isEmpty)
        try upload.send("</a>")
        try upload.finish()
        let whole = look { !$0.ready.isEmpty }
        #expect(whole.readyNames == ["import.xml"])
        let claimed = try box.claimAll(whole)
        #expect(claimed[0].file.status.size == Int64(Self.half.utf8.count + 4))
    }

    @Test("a file without proof is not taken while its writer only pauses")
    func pausing() throws {
        guard let server = try SambaServer(sharing: box.input.string) else { return }
        let upload = try server.beginUpload(as: "prices.csv")
        try upload.send(Self.half)
        _ = look { $0.waiting.contains { $0.size > 0 } }
        #expect(box.look(after: 60).ready.isEmpty)
        try upload.finish()
        _ = look { $0.waiting.contains { $0.size == Int64(Self.half.utf8.count) } }
        #expect(box.look(after: 2).readyNames == ["prices.csv"])
    }

    @Test("a client that dies leaves half a document, which is not taken")
    func dying() throws {
        guard let server = try SambaServer(sharing: box.input.string) else { return }
        let upload = try server.beginUpload(as: "import.xml")
        try upload.send(Self.half)
        _ = look { $0.waiting.contains { $0.size > 0 } }
        try upload.die()
        #expect(box.look(after: 300).ready.isEmpty)
        let last = box.look(after: 601)
        #expect(last.ready.allSatisfy { $0.toQuarantine != nil })
    }
}
