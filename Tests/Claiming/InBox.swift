// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Claiming
import Files
import Foundation
import Records
import SpoolStore
import SystemPackage
import TestKit

/// A partner's `in/` on a temporary spool, and clocks that stand until they
/// are moved.
final class InBox {
    static let partner = "erp-1c"
    static let document = "<?xml version=\"1.0\"?><КоммерческаяИнформация></КоммерческаяИнформация>"

    let folder: TemporaryFolder
    let files: ScriptedFiles
    let spool: Spool
    let intake: Intake
    var now = ContinuousClock.now
    var wall = Timestamp(milliseconds: 1_772_445_600_000)
    private var ids = PackageIDSource()

    init(over base: any FileSystem = RealFileSystem()) throws {
        folder = try TemporaryFolder()
        files = ScriptedFiles(base)
        spool = Spool(root: FilePath(folder.path("spool")), files: files)
        try spool.prepare()
        try spool.addPartner(Self.partner)
        intake = Intake(partner: Self.partner, spool: spool, settings: IntakeSettings())
        _ = files.takeCounts()
    }

    var input: FilePath { spool.input(Self.partner) }

    /// Writes a file below `in/` in place.
    func put(_ name: String, _ text: String = InBox.document) throws { try put(name, Array(text.utf8)) }

    func put(_ name: String, _ bytes: [UInt8]) throws {
        let path = input.appending(name).string
        let above = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: above, withIntermediateDirectories: true)
        guard let file = FileHandle(forWritingAtPath: path) else {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            return
        }
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: input.appending(name).string)
    }

    func path(_ name: String) -> String { input.appending(name).string }

    /// Looks after so many seconds.
    func look(after seconds: Double = 0) -> IntakeLook {
        now = now.advanced(by: .seconds(seconds))
        wall = Timestamp(milliseconds: wall.milliseconds + Int64(seconds * 1_000))
        return intake.look(now: now, wall: wall)
    }

    func claim(_ drop: Drop) throws -> ClaimedDrop {
        let id = ids.next(now: wall.milliseconds * 1_000, chance: 7)
        return try intake.claim(drop, id: id, wall: wall)
    }

    /// Claims everything that is ready.
    @discardableResult
    func claimAll(_ look: IntakeLook) throws -> [ClaimedDrop] { try look.ready.map { try claim($0) } }

    /// Files left in `in/`.
    func left() throws -> [String] { try Listing.files(input).filter { !$0.hasPrefix(".") } }
}

extension IntakeLook {
    var readyNames: [String] { ready.map(\.display) }
    var waitingNames: [String] { waiting.map(\.path).sorted() }
}
