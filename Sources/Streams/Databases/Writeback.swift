// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CDatabases
import Foundation

/// Lets the kernel write a growing file on the way, piece by piece.
final class Writeback {
    private let path: String
    private var file: CInt = -1
    private var started: off_t = 0
    private static let piece: off_t = 16 << 20

    init(_ path: String) { self.path = path }

    deinit { if file >= 0 { close(file) } }

    /// Starts on what was added since, where it is much.
    func start() throws(StoreError) {
        if file < 0 {
            file = open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw failure("open") }
        }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure("fstat") }
        while status.st_size - started >= Self.piece {
            guard waybill_start_writeback(file, Int64(started), Int64(Self.piece)) == 0 else {
                throw failure("sync_file_range")
            }
            started += Self.piece
        }
    }

    private func failure(_ call: String) -> StoreError {
        StoreError(code: 10, message: "\(call): \(String(cString: strerror(errno)))", path: path)
    }
}
