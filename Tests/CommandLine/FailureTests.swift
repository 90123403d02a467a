// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Archiving
import Databases
import Files
import Foundation
import Sockets
import SpoolStore
import SystemPackage
import Testing

@testable import waybill

@Suite("Failures") struct FailureTests {
    @Test(
        "errors of lower floors end with the contract's codes",
        arguments: [
            (Failure(.held, "held"), 4), (StoreError(code: 5, message: "busy", path: "a.db"), 75),
            (StoreError(code: 11, message: "damaged", path: "a.db"), 1),
            (FileError(call: "stat", path: "/share", errno: ESTALE), 69),
            (FileError(call: "open", path: "/a", errno: EACCES), 1),
            (SpoolError.file(FileError(call: "stat", path: "/share", errno: ENOTCONN)), 69),
            (SpoolError.noSuchPackage("x"), 5), (SpoolError.badPartnerName("/"), 64),
            (ArchiveError.locked("/archive/.prune.lock"), 75), (ArchiveError.emptyArchive("/archive"), 69),
            (ArchiveError.exists("/a"), 1), (SocketError(call: "connect", errno: EACCES, path: "/s"), 69),
        ] as [(any Error, Int32)])
    func codes(error: any Error, code: Int32) {
        #expect(GlobalOptions.code(for: error).rawValue == code)
    }

    @Test("a refused socket says who may use it") func socket() {
        #expect(
            GlobalOptions.words(for: SocketError(call: "connect", errno: EACCES, path: "/s"))
                == "/s: connect: Permission denied; be a member of the group of the agent's user, or run waybill as that user"
        )
    }

    @Test("a failure is its message and its cure") func failure() {
        #expect("\(Failure(.failed, "a.xml: cut"))" == "a.xml: cut")
        #expect("\(Failure(.failed, "a.xml: cut", cure: "export again"))" == "a.xml: cut; export again")
    }
}
