// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import SystemPackage
import TestKit
import Testing

/// What claiming relies on when it asks the kernel for a lease.
@Suite("Leases") struct LeaseTests {
    private let folder: TemporaryFolder
    private let files = RealFileSystem()

    init() throws { folder = try TemporaryFolder() }

    @Test("a lease is granted where nobody writes, refused where somebody does")
    func answers() throws {
        let path = FilePath(try folder.write("a.xml", "<a></a>"))
        let file = try files.open(path, .read)
        #expect(try files.takeReadLease(file) == .granted)
        try files.releaseLease(file)
        let writer = try files.open(path, .append(mode: 0o644))
        #expect(try files.takeReadLease(file) == .writerHasIt)
        try files.close(writer)
        #expect(try files.takeReadLease(file) == .granted)
        try files.close(file)
    }

    @Test("a writer that comes while we hold a lease does not end our process")
    func broken() throws {
        let name = try folder.write("a.xml", "<a></a>")
        let file = try files.open(FilePath(name), .read)
        #expect(try files.takeReadLease(file) == .granted)
        // It would wait for us; the kernel has told us of it by a signal.
        let refused = open(name, O_WRONLY | O_NONBLOCK)
        let reason = errno
        #expect(refused == -1)
        #expect(reason == EWOULDBLOCK)
        try files.close(file)
        let writer = open(name, O_WRONLY | O_NONBLOCK)
        #expect(writer >= 0)
        close(writer)
    }
}
