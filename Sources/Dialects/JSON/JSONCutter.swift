// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import XMLStreams

/// Collects the bytes of one JSON value, piece by piece, up to its end.
struct JSONCutter {
    private(set) var bytes: [UInt8] = []
    /// The value went over the limit; its bytes are cut.
    private(set) var isTooLarge = false
    /// Newlines in what was taken last.
    private(set) var lines: Int32 = 0
    private var values = 0
    private var depth = 0
    private var inString = false
    private var isEscaped = false
    private var isScalar = false
    let limits: DialectLimits

    init(limits: DialectLimits) { self.limits = limits }

    enum Step { case more, done, tooDeep }

    /// Begins a value whose first byte comes next.
    ///
    /// - Parameters:
    ///   - prefix: what stood before, of an object that is open already.
    ///   - depth: open brackets in `prefix`.
    mutating func begin(prefix: [UInt8] = [], depth: Int = 0) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: prefix)
        self.depth = depth
        values = 0
        isTooLarge = false
        inString = false
        isEscaped = false
        isScalar = false
    }

    /// Takes bytes from `start` on.
    ///
    /// - Returns: where the value, or the piece, ends.
    mutating func take(_ piece: Span<UInt8>, from start: Int, step: inout Step) -> Int {
        var at = start
        step = .more
        lines = 0
        loop: while at < piece.count {
            let byte = piece[at]
            if inString {
                at += 1
                if isEscaped {
                    isEscaped = false
                } else if byte == 92 {
                    isEscaped = true
                } else if byte == 34 {
                    inString = false
                    if depth == 0 { step = .done; break loop }
                }
                continue
            }
            switch byte {
            case 34:
                inString = true
            case 123, 91:
                depth += 1
                values += 1
                if depth > limits.depth { step = .tooDeep; break loop }
            case 125, 93:
                if isScalar { step = .done; break loop }
                depth -= 1
                if depth <= 0 { at += 1; step = .done; break loop }
            case 10: lines += 1; fallthrough
            case 9, 13, 32:
                if isScalar { step = .done; break loop }
            case 44, 58:
                if isScalar { step = .done; break loop }
                values += 1
            default: if depth == 0 { isScalar = true }
            }
            at += 1
        }
        if bytes.count + (at - start) > limits.record || values > limits.values { isTooLarge = true }
        if !isTooLarge { bytes.append(copying: piece.extracting(start..<at)) }
        return at
    }
}
