// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CArchive

/// The bytes of a ZIP, at any offset.
package protocol ZIPSource: AnyObject {
    /// Bytes.
    var size: Int64 { get }
    /// Fills `buffer` from `offset`; 0 at the end, nil where reading failed:
    /// the source keeps the reason.
    func read(at offset: Int64, into buffer: inout MutableSpan<UInt8>) -> Int?
}

/// What libarchive's callbacks work on.
final class ZIPFeed {
    let source: any ZIPSource
    private var position: Int64 = 0
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var failed = false

    /// Small: each member costs at least one such read.
    private static let block = 32 << 10

    init(_ source: any ZIPSource) {
        self.source = source
        buffer = .allocate(capacity: Self.block)
        buffer.initialize(repeating: 0)
    }

    deinit { buffer.deallocate() }

    /// A ZIP without members begins with its end record; libarchive does not
    /// take it for one.
    var isEmptyZIP: Bool {
        var span = MutableSpan(_unsafeElements: buffer)
        guard let count = source.read(at: 0, into: &span), count >= 22 else { return false }
        return source.size == 22 && buffer[0..<4].elementsEqual([0x50, 0x4B, 5, 6])
    }

    private func read() -> Int {
        var span = MutableSpan(_unsafeElements: buffer)
        guard let count = source.read(at: position, into: &span) else {
            failed = true
            return Int(ARCHIVE_FATAL)
        }
        position += Int64(count)
        return count
    }

    private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        switch whence {
        case SEEK_SET: position = offset
        case SEEK_CUR: position += offset
        default: position = source.size + offset
        }
        position = max(0, position)
        return position
    }

    private func skip(_ count: Int64) -> Int64 {
        let skipped = max(0, min(count, source.size - position))
        position += skipped
        return skipped
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> ZIPFeed? {
        data.map { Unmanaged<ZIPFeed>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Hands this feed to an archive, which must not outlive it.
    func attach(to archive: OpaquePointer) -> CInt {
        archive_read_set_callback_data(archive, Unmanaged.passUnretained(self).toOpaque())
        archive_read_set_read_callback(archive) { _, data, target in
            guard let feed = ZIPFeed.of(data) else { return Int(ARCHIVE_FATAL) }
            let count = feed.read()
            target?.pointee = UnsafeRawPointer(feed.buffer.baseAddress)
            return count
        }
        archive_read_set_seek_callback(archive) { _, data, offset, whence in
            ZIPFeed.of(data)?.seek(offset, whence) ?? Int64(ARCHIVE_FATAL)
        }
        archive_read_set_skip_callback(archive) { _, data, count in
            ZIPFeed.of(data)?.skip(count) ?? 0
        }
        return archive_read_open1(archive)
    }
}
