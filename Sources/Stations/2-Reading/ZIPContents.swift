// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArchiveStreams

/// What a ZIP holds, from one pass over it.
struct ZIPContents {
    struct Document {
        var index: Int
        var probe: DocumentProbe
    }

    /// In the order of reading.
    private(set) var documents: [Document] = []
    private(set) var attachments: [ZIPMember] = []
    /// Members that are neither.
    private(set) var ignored: [String] = []

    init(_ payload: Payload, _ context: ReadContext) throws(ReadError) {
        let cursor = try ZIPCursor(payload, context)
        var archive: String?
        while let member = try cursor.next() {
            switch MemberKind.of(member.name) {
            case .junk: ignored.append(member.name)
            case .attachment: attachments.append(member)
            case .zip: archive = archive ?? member.name
            case .document: try look(cursor, member, context)
            case .unknown:
                let peek = PeekedBytes(cursor)
                let head = try peek.peek()
                if MemberKind.sniffed(head) == .document {
                    try look(peek, member, context)
                } else {
                    ignored.append(member.name)
                }
            }
        }
        if let archive {
            throw .unsupportedZIP(
                ReadPlace(member: archive),
                detail: "an archive inside the ZIP, which is not looked into: send it by itself")
        }
        guard !documents.isEmpty || !attachments.isEmpty else {
            throw .unsupportedZIP(
                ReadPlace(),
                detail: ignored.isEmpty
                    ? "the ZIP holds no files"
                    : "the ZIP holds no XML, no JSON and no picture, but \(ignored.prefix(3).joined(separator: ", "))"
            )
        }
        documents.sort { left, right in
            if left.probe.rank != right.probe.rank { return left.probe.rank < right.probe.rank }
            if left.probe.member != right.probe.member {
                return NaturalOrder.before(left.probe.member, right.probe.member)
            }
            return left.index < right.index
        }
    }

    private mutating func look(_ bytes: any DocumentBytes, _ member: ZIPMember, _ context: ReadContext)
        throws(ReadError)
    {
        guard documents.count < context.limits.documents else {
            throw .tooLarge(
                ReadPlace(), detail: "the ZIP holds more than \(context.limits.documents) documents")
        }
        let probe = try DocumentProbe(
            bytes, member: member.name, name: member.name, size: member.size, context)
        documents.append(Document(index: member.index, probe: probe))
    }
}

/// Bytes whose beginning was looked at already.
final class PeekedBytes: DocumentBytes {
    private let source: any DocumentBytes
    private var peeked: [UInt8] = []

    init(_ source: any DocumentBytes) { self.source = source }

    /// The first bytes, few; empty at the end.
    func peek() throws(ReadError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = try source.read(into: &buffer)
        peeked = Array(buffer[..<count])
        return peeked
    }

    func read(into buffer: inout MutableSpan<UInt8>) throws(ReadError) -> Int {
        guard !peeked.isEmpty else { return try source.read(into: &buffer) }
        let count = min(buffer.count, peeked.count)
        for index in 0..<count { buffer[index] = peeked[index] }
        peeked.removeFirst(count)
        return count
    }
}
