// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The last stretch of a document's text, with its places in the bytes as
/// stored.
///
/// Memory is the window's size, whatever the document's.
package struct TextWindow: Sendable {
    private struct Piece {
        /// Offset in the text.
        var start: Int64
        /// Offset in the bytes as stored.
        var stored: Int64
        var bytes: [UInt8]
        var end: Int64 { start + Int64(bytes.count) }
    }

    private let encoding: TextEncoding
    private let size: Int64
    private var pieces: [Piece] = []
    /// Bytes of text so far.
    package private(set) var end: Int64 = 0

    /// - Parameter size: bytes of text that are kept at least.
    package init(_ encoding: TextEncoding, size: Int) {
        self.encoding = encoding
        self.size = Int64(size)
    }

    /// - Parameter stored: where the first byte of `text` stands as stored.
    package mutating func append(_ text: [UInt8], stored: Int64) {
        guard !text.isEmpty else { return }
        pieces.append(Piece(start: end, stored: stored, bytes: text))
        end += Int64(text.count)
    }

    /// Forgets what lies further back than the window's size.
    package mutating func trim() {
        guard let keep = pieces.firstIndex(where: { $0.end > end - size }), keep > 0 else { return }
        pieces.removeFirst(keep)
    }

    /// Where a byte of the text stands in the bytes as stored; what lies
    /// before the window gets the window's start.
    package func storedOffset(of offset: Int64) -> Int64 {
        guard let piece = pieces.last(where: { $0.start <= offset }) ?? pieces.first else { return offset }
        let count = Int(max(0, min(offset - piece.start, Int64(piece.bytes.count))))
        switch encoding {
        case .utf8: return piece.stored + Int64(count)
        case .utf16LittleEndian, .utf16BigEndian:
            return piece.bytes[..<count].reduce(piece.stored) { sum, byte in
                byte & 0xC0 == 0x80 ? sum : sum + (byte >= 0xF0 ? 4 : 2)
            }
        default:
            return piece.bytes[..<count].reduce(piece.stored) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        }
    }

    /// Up to `count` bytes of the text; empty where they lie before the
    /// window.
    package func text(at offset: Int64, count: Int) -> [UInt8] {
        var found: [UInt8] = []
        guard let first = pieces.lastIndex(where: { $0.start <= offset }) else { return found }
        var from = Int(offset - pieces[first].start)
        for piece in pieces[first...] where found.count < count {
            guard from < piece.bytes.count else { break }
            found.append(contentsOf: piece.bytes[from..<min(piece.bytes.count, from + count - found.count)])
            from = 0
        }
        return found
    }
}
