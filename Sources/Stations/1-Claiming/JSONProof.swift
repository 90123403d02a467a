// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files

/// Proves that a JSON document is whole: every bracket and string that opens
/// is closed when the file ends, and nothing follows the outermost one.
///
/// A tail alone proves nothing here (`…}` also ends an inner object), so the
/// whole file is read, once per content. Several values in a row (NDJSON) are
/// complete line by line only: the weaker `Proof.lines`.
enum JSONProof {
    static func check(_ window: ByteWindow) throws(FileError) -> ProofAnswer {
        var scan = Scan(try window.head(2))
        var offset: Int64 = 0
        while offset < window.size {
            let bytes = try window.bytes(at: offset, count: 1 << 18)
            guard !bytes.isEmpty else { return .missing("the file became shorter") }
            scan.feed(bytes.span, from: offset)
            if let failure = scan.failure { return .missing(failure) }
            offset += Int64(bytes.count)
        }
        return scan.answer
    }

    private struct Scan {
        private let step: Int64
        private let low: Int64
        private var depth = 0
        private var inString = false
        private var escaped = false
        private var values = 0
        private(set) var failure: String?

        /// UTF-16 by its byte order mark: only the low bytes are looked at
        /// where the high ones are zero.
        init(_ head: [UInt8]) {
            let little = head.starts(with: [0xFF, 0xFE])
            step = little || head.starts(with: [0xFE, 0xFF]) ? 2 : 1
            low = step == 2 && !little ? 1 : 0
        }

        mutating func feed(_ bytes: Span<UInt8>, from offset: Int64) {
            for index in 0..<bytes.count {
                let byte = bytes[index]
                if step == 2 {
                    guard (offset + Int64(index)) % 2 == low else { continue }
                    let other = low == 0 ? index + 1 : index - 1
                    if bytes.indices.contains(other), bytes[other] != 0 { continue }
                }
                look(byte)
                if failure != nil { return }
            }
        }

        private mutating func look(_ byte: UInt8) {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == 0x5C {
                    escaped = true
                } else if byte == 0x22 {
                    inString = false
                }
                return
            }
            switch byte {
            case 0x7B, 0x5B:
                if depth == 0 { values += 1 }
                depth += 1
            case 0x7D, 0x5D:
                depth -= 1
                if depth < 0 { failure = "a bracket closes that never opened" }
            case 0x22: inString = true
            case 9, 10, 13, 32, 0xEF, 0xBB, 0xBF, 0xFE, 0xFF: break
            case 0: failure = "zeros instead of text: the file is still being filled"
            default: if depth == 0 { failure = "no JSON object or array" }
            }
        }

        var answer: ProofAnswer {
            if inString || depth > 0 { return .missing("\(depth) brackets are still open at the end") }
            if values == 0 { return .missing("no JSON object or array") }
            return .complete(values == 1 ? .json : .lines)
        }
    }
}
