// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// A piece of a document with places for values: `{name}`.
///
/// It is cut into bytes once; filling it in makes no text.
struct Template {
    enum Place: String {
        case id, article, barcode, name, unitCode, unitName, unitShort, group, months, folder, brand
        case brandName, value1, value2, value3, weight
        case retail, wholesale, quantity, stock1, stock2, stock3
    }

    private enum Piece {
        case bytes([UInt8])
        case place(Place)
    }

    private let pieces: [Piece]

    /// - Precondition: every name in braces is a `Place`.
    init(_ text: String, _ encoding: DocumentEncoding) {
        var pieces: [Piece] = []
        for (index, part) in text.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            guard index > 0 else {
                pieces.append(.bytes(encoding.bytes(String(part))))
                continue
            }
            let halves = part.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, let place = Place(rawValue: String(halves[0])) else {
                preconditionFailure("no such place in a template: \(part)")
            }
            pieces.append(.place(place))
            pieces.append(.bytes(encoding.bytes(String(halves[1]))))
        }
        self.pieces = pieces
    }

    /// Appends the template with its places filled in.
    func append(to bytes: inout [UInt8], _ fill: (Place, inout [UInt8]) -> Void) {
        for piece in pieces {
            switch piece {
            case .bytes(let fixed): bytes.append(contentsOf: fixed)
            case .place(let place): fill(place, &bytes)
            }
        }
    }
}

extension [UInt8] {
    /// Appends a number, with zeros before it up to the width.
    mutating func append(number: Int, width: Int = 1) {
        var power = 1
        var digits = 1
        while digits < width || power <= number / 10 {
            power *= 10
            digits += 1
        }
        while power > 0 {
            append(0x30 + UInt8(number / power % 10))
            power /= 10
        }
    }

    /// Appends an amount that is counted in hundredths: `1899.50`.
    mutating func append(cents: Int) {
        append(number: cents / 100)
        append(0x2E)
        append(number: cents % 100, width: 2)
    }

    /// Appends a weight that is counted in grams: `1.250`.
    mutating func append(grams: Int) {
        append(number: grams / 1_000)
        append(0x2E)
        append(number: grams % 1_000, width: 3)
    }
}
