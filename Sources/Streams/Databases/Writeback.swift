// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CDatabases
import Foundation

/// Lets the kernel write a growing file on the way, piece by piece.
///
/// A hint: where the kernel or the file system refuses it, nothing is lost but
/// time, and the commit or the sync that follows says what is wrong.
final class Writeback {
    private let path: String
    private var file: CInt = -1
    private var started: off_t = 0
    private var isRefused = false
    private static let piece: off_t = 16 << 20

    init(_ path: String) { self.path = path }

    deinit { if file >= 0 { close(file) } }

    /// Starts on what was added since, where it is much.
    func start() {
        guard !isRefused else { return }
        if file < 0 { file = open(path, O_RDONLY | O_CLOEXEC) }
        var status = stat()
        guard file >= 0, fstat(file, &status) == 0 else {
            isRefused = true
            return
        }
        while status.st_size - started >= Self.piece, !isRefused {
            isRefused = waybill_start_writeback(file, Int64(started), Int64(Self.piece)) != 0
            started += Self.piece
        }
    }
}
