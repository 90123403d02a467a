// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import SystemPackage
import TestKit
import Testing

@testable import waybill

@Suite("Acting user") struct ActingUserTests {
    private func account(_ user: UInt32) -> (name: String, group: UInt32)? {
        user == 990 ? ("waybill", 991) : nil
    }

    @Test("root becomes the spool's owner, with the groups of that account") func root() {
        #expect(
            ActingUser.identity(running: 0, owner: (990, 5), account: account)
                == ActingUser.Identity(user: 990, group: 991, name: "waybill"))
    }

    @Test("an owner without an account brings the folder's group") func unknown() {
        #expect(
            ActingUser.identity(running: 0, owner: (4_242, 5), account: account)
                == ActingUser.Identity(user: 4_242, group: 5, name: nil))
    }

    @Test("anybody else, and root in its own spool, stays who it is") func stays() {
        #expect(ActingUser.identity(running: 1_000, owner: (990, 5), account: account) == nil)
        #expect(ActingUser.identity(running: 0, owner: (0, 5), account: account) == nil)
    }

    @Test("a spool that is not there yet belongs to whom the folder above it belongs") func above() throws {
        let folder = try TemporaryFolder()
        let own = ActingUser.owner(of: FilePath(folder.root))
        #expect(own?.user == geteuid())
        #expect(ActingUser.owner(of: FilePath(folder.path("not/there/yet")))?.user == own?.user)
    }

    @Test("what root makes in somebody's root belongs to that owner, and group members can write it")
    func realRoot() throws {
        guard geteuid() == 0 else { return Skip.say("only root can become somebody else") }
        let program = try Program()
        let folder = try TemporaryFolder()
        #expect(chmod(folder.root, 0o755) == 0)
        #expect(chown(folder.root, 65_534, 65_534) == 0)
        let answer = try program.run(["init", folder.root])
        #expect(answer.status == 0, "\(answer.errors)")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.root)
        #expect(names.contains("etc/waybill.yaml"))
        for name in names {
            var status = stat()
            #expect(lstat(folder.path(name), &status) == 0)
            #expect(status.st_uid == 65_534, "\(name)")
            #expect(status.st_mode & 0o002 == 0 || status.st_mode & 0o2000 != 0, "\(name)")
        }
    }
}
