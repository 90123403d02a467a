// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CArchive
import Glibc

/// One regular file inside a ZIP.
package struct ZIPMember: Hashable, Sendable {
    /// Place among the ZIP's regular files, in the order of their bytes.
    package var index: Int
    /// Path with `/` between elements, as decoded; not safe as a path on disk.
    package var name: String
    /// Unpacked bytes, by the directory.
    package var size: Int64
}

/// Reads a ZIP's members one after another, straight from its bytes.
///
/// Only libarchive's seekable reader: the streaming one makes a shorter ZIP of
/// a cut one (`reference/spool-traps.md` 4.1). Members are checked while they
/// are read: CRC, size, method, limits. One thread at a time.
@safe package struct ZIPReader: ~Copyable {
    private let handle: OpaquePointer
    private let feed: ZIPFeed
    private let limits: ZIPLimits
    private let decodeName: @Sendable ([UInt8]) -> String
    private let isEmpty: Bool
    private var count = 0
    private var member: ZIPMember?
    private var encrypted = false
    private var produced: Int64 = 0
    private var total: Int64 = 0

    /// libarchive drops names that its locale can't hold, so it needs a UTF-8
    /// one, once a process.
    private static let locale: Bool = setlocale(LC_CTYPE, "C.UTF-8") != nil

    /// - Parameter decodeName: turns a name that is not UTF-8 into text.
    package init(
        _ source: any ZIPSource, limits: ZIPLimits = ZIPLimits(),
        decodeName: @escaping @Sendable ([UInt8]) -> String
    ) throws(ZIPError) {
        _ = Self.locale
        // Only without memory for a few hundred bytes; nothing can go on then.
        guard let handle = archive_read_new() else { fatalError("archive_read_new: out of memory") }
        self.handle = handle
        feed = ZIPFeed(source)
        self.limits = limits
        self.decodeName = decodeName
        isEmpty = feed.isEmptyZIP
        if isEmpty { return }
        archive_read_support_format_zip_seekable(handle)
        guard feed.attach(to: handle) == ARCHIVE_OK else {
            throw feed.failed ? .source : .noDirectory(detail: Self.detail(handle))
        }
    }

    deinit { archive_read_free(handle) }

    /// The next regular file; folders, links and devices are passed over.
    ///
    /// - Returns: nil after the last.
    package mutating func next() throws(ZIPError) -> ZIPMember? {
        if isEmpty { return nil }
        while true {
            var entry: OpaquePointer?
            let result = archive_read_next_header(handle, &entry)
            if result == ARCHIVE_EOF { return nil }
            // A warning is about a name that could not be converted.
            guard result == ARCHIVE_OK || result == ARCHIVE_WARN, let entry else {
                if feed.failed { throw .source }
                if count == 0 { throw .noDirectory(detail: Self.detail(handle)) }
                throw .damaged(member: member?.name ?? "", detail: Self.detail(handle))
            }
            let name = name(of: entry)
            guard archive_entry_filetype(entry) == Self.regularFile, !name.hasSuffix("/") else { continue }
            guard count < limits.members else { throw .tooManyMembers(limit: limits.members) }
            let found = ZIPMember(index: count, name: name, size: archive_entry_size(entry))
            count += 1
            member = found
            encrypted = archive_entry_is_encrypted(entry) != 0
            produced = 0
            return found
        }
    }

    /// Refuses a member that `read` would refuse at its start.
    private func check(_ member: ZIPMember) throws(ZIPError) {
        if encrypted { throw .encrypted(member: member.name) }
        let method = Self.method(archive_format_name(handle).map { String(cString: $0) } ?? "")
        guard Self.methods.contains(method) else { throw .method(member: member.name, name: method) }
        guard member.size <= limits.memberBytes else {
            throw .tooLarge(member: member.name, limit: limits.memberBytes)
        }
    }

    /// Fills `buffer` with the member's next bytes; 0 at its end, where size
    /// and CRC were found right.
    package mutating func read(into buffer: inout MutableSpan<UInt8>) throws(ZIPError) -> Int {
        guard let member else { return 0 }
        if produced == 0 { try check(member) }
        let got = buffer.withUnsafeMutableBytes { archive_read_data(handle, $0.baseAddress, $0.count) }
        guard got >= 0 else {
            throw feed.failed ? .source : .damaged(member: member.name, detail: Self.detail(handle))
        }
        produced += Int64(got)
        total += Int64(got)
        guard got == 0 ? produced == member.size : produced <= member.size else {
            throw .damaged(
                member: member.name,
                detail: "\(produced) bytes came out, the directory says \(member.size)")
        }
        guard total <= limits.totalBytes else { throw .tooLarge(member: "", limit: limits.totalBytes) }
        if total > limits.ratioAfter, total / Int64(limits.ratio) > feed.source.size {
            throw .ratio(member: member.name, limit: limits.ratio)
        }
        return got
    }

    // MARK: Words of libarchive

    /// `AE_IFREG`, a macro that does not come through.
    private static let regularFile = mode_t(0o100000)

    /// How members may be packed, in libarchive's words.
    private static let methods: Set<String> = ["uncompressed", "deflation", "zstd"]

    /// `deflation` of `ZIP 2.0 (deflation)`.
    private static func method(_ format: String) -> String {
        guard let open = format.firstIndex(of: "("), let close = format.lastIndex(of: ")"), open < close
        else {
            return format
        }
        return String(format[format.index(after: open)..<close])
    }

    /// libarchive's own words; it has none for some errors.
    private static func detail(_ handle: OpaquePointer) -> String {
        archive_error_string(handle).map { String(cString: $0) } ?? "libarchive gives no reason"
    }

    /// The member's path: UTF-8 where it is UTF-8, flagged or not; else by the
    /// partner's charset. Windows programs write `\` between elements.
    private func name(of entry: OpaquePointer) -> String {
        let raw = archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry)
        guard let raw else { return "member-\(count)" }
        let bytes = UnsafeBufferPointer(start: raw, count: strlen(raw)).map { UInt8(bitPattern: $0) }
        let text = String(validating: bytes, as: UTF8.self) ?? decodeName(bytes)
        return text.contains("\\") ? text.replacing("\\", with: "/") : text
    }
}
