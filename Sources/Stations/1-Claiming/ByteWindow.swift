// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files

/// Pieces of an open file by offset.
struct ByteWindow {
    let files: any FileSystem
    let file: OpenFile
    /// Bytes, as seen when the look began.
    let size: Int64

    /// Up to `count` bytes from `offset`; shorter only at the end.
    func bytes(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        let count = Int(max(0, min(Int64(count), size - offset)))
        var buffer = [UInt8](repeating: 0, count: count)
        let read = try files.read(file, at: offset, into: &buffer)
        if read < count { buffer.removeLast(count - read) }
        return buffer
    }

    func head(_ count: Int) throws(FileError) -> [UInt8] { try bytes(at: 0, count: count) }
    func tail(_ count: Int) throws(FileError) -> [UInt8] {
        try bytes(at: max(0, size - Int64(count)), count: count)
    }
}
