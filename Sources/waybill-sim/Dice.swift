// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Random numbers that depend on nothing but where they start (SplitMix64).
struct Dice {
    private var state: UInt64

    /// - Parameters:
    ///   - seed: of the whole exchange.
    ///   - use: what is drawn; draws for one use never move those for another.
    ///   - index: of the item that is drawn for.
    init(seed: UInt64, use: Use, index: UInt64 = 0) {
        var mixer = Dice(state: seed)
        var second = Dice(state: mixer.next() ^ use.rawValue)
        var third = Dice(state: second.next() ^ index)
        state = third.next()
    }

    private init(state: UInt64) { self.state = state }

    /// What a row of draws is for.
    enum Use: UInt64 {
        case dictionaries, item, change, small
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in `0..<bound`.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func from(_ range: Range<Int>) -> Int { range.lowerBound + below(range.count) }

    mutating func ident() -> Ident { Ident(high: next(), low: next()) }

    /// True in the given share of all draws.
    mutating func chance(_ share: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < share
    }
}

/// A random id, written as a UUID of version 4.
struct Ident: Hashable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        self.low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    }

    private static let digits = Array("0123456789abcdef".utf8)

    func append(to bytes: inout [UInt8]) {
        for position in 0..<16 {
            if position == 8 || position == 12 { bytes.append(0x2D) }
            bytes.append(Self.digits[Int(high >> UInt64(60 - 4 * position) & 15)])
        }
        for position in 0..<16 {
            if position == 0 || position == 4 { bytes.append(0x2D) }
            bytes.append(Self.digits[Int(low >> UInt64(60 - 4 * position) & 15)])
        }
    }

    /// The first two digits, which name the pictures' folder.
    func appendFolder(to bytes: inout [UInt8]) {
        bytes.append(Self.digits[Int(high >> 60)])
        bytes.append(Self.digits[Int(high >> 56 & 15)])
    }

    var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
