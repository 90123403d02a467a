// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

/// Scalars as ERPs write them (`reference/commerceml.md` 2.4).
enum Scalars {
    /// The bytes without white space around them: ASCII, and no-break spaces.
    static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end {
            if isSpace(bytes[start]) {
                start += 1
            } else if bytes[start] == 0xC2, start + 1 < end, bytes[start + 1] == 0xA0 {
                start += 2
            } else {
                break
            }
        }
        while end > start {
            if isSpace(bytes[end - 1]) {
                end -= 1
            } else if bytes[end - 1] == 0xA0, end - 2 >= start, bytes[end - 2] == 0xC2 {
                end -= 2
            } else {
                break
            }
        }
        return start..<end
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    /// Already in the normal form of `ExactDecimal`: the common case, without
    /// an allocation.
    static func isNormal(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard var previous = bytes.first, bytes.count <= 20, isDigit(previous) else { return false }
        var point = false
        if previous == 48, bytes.count > 1, bytes[bytes.startIndex + 1] != 46 { return false }
        for byte in bytes.dropFirst() {
            if byte == 46 {
                if point { return false }
                point = true
            } else if !isDigit(byte) {
                return false
            }
            previous = byte
        }
        return !point || (previous != 48 && previous != 46)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// What a number says.
    enum Number: Equatable {
        case value([UInt8])
        /// 1C's placeholder for "not set": -999 999 999,9.
        case notSet
        case bad
    }

    private static let placeholder = Array("-999999999.9".utf8)

    /// - Parameter separator: the character before decimals where the
    ///   document states it (`ЧРД=`); it decides only where a number holds
    ///   both a dot and a comma.
    static func number(_ bytes: ArraySlice<UInt8>, separator: UInt8?) -> Number {
        var digits = Array(bytes)
        if let separator, digits.contains(46), digits.contains(44) {
            digits.removeAll { ($0 == 46 || $0 == 44) && $0 != separator }
        }
        guard let normal = ExactDecimal.normalise(digits.span) else { return .bad }
        return normal == placeholder ? .notSet : .value(normal)
    }

    /// `true`, `Да`, `1`, `false`, `Нет`, `0` in any case; nil for others.
    static func boolean(_ bytes: ArraySlice<UInt8>) -> Bool? {
        switch String(decoding: bytes, as: UTF8.self).lowercased() {
        case "true", "да", "1": true
        case "false", "нет", "0": false
        default: nil
        }
    }

    /// A mark of deletion: the words of `Статус`, or a boolean
    /// (`reference/commerceml.md` 3.10).
    static func deletion(_ bytes: ArraySlice<UInt8>) -> Bool? {
        if let plain = boolean(bytes) { return plain }
        switch String(decoding: bytes, as: UTF8.self).lowercased() {
        case "удален", "удалён", "удалена", "удалено", "deleted": return true
        case "новый", "изменен", "изменён", "new", "changed": return false
        default: return nil
        }
    }

    /// The ISO code of a currency, or the text as sent where it is unknown.
    static func currency(_ text: String) -> String {
        let lower = text.lowercased()
        if let known = currencies[lower] { return known }
        let isCode = lower.utf8.count == 3 && lower.utf8.allSatisfy { (97...122).contains($0) }
        return isCode ? lower.uppercased() : text
    }

    private static let currencies: [String: String] = [
        "руб": "RUB", "руб.": "RUB", "р": "RUB", "р.": "RUB", "₽": "RUB", "rur": "RUB", "643": "RUB",
        "810": "RUB", "рубль": "RUB", "рублей": "RUB",
        "грн": "UAH", "грн.": "UAH", "₴": "UAH", "980": "UAH", "гривна": "UAH", "гривня": "UAH",
        "840": "USD", "$": "USD", "долл": "USD", "долл.": "USD", "дол": "USD", "дол.": "USD",
        "978": "EUR", "€": "EUR", "евро": "EUR", "євро": "EUR",
        "933": "BYN", "974": "BYR", "398": "KZT", "тг": "KZT", "тг.": "KZT", "тенге": "KZT", "₸": "KZT",
        "860": "UZS", "сум": "UZS", "051": "AMD", "417": "KGS", "сом": "KGS", "944": "AZN", "981": "GEL",
        "498": "MDL", "156": "CNY", "949": "TRY", "985": "PLN", "826": "GBP", "756": "CHF",
    ]

    /// Whether a unit's text is a code or an id rather than a name: digits
    /// only, or a GUID.
    static func isUnitCode(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.allSatisfy(isDigit) { return true }
        return bytes.count == 36
            && bytes.allSatisfy { byte in
                isDigit(byte) || byte == 45 || (97...102).contains(byte) || (65...70).contains(byte)
            }
    }

    /// The first bytes of a text, never half a character.
    static func cut(_ text: ArraySlice<UInt8>, _ limit: Int) -> ArraySlice<UInt8> {
        guard text.count > limit else { return text }
        var end = text.startIndex + limit
        while end > text.startIndex, text[end] & 0xC0 == 0x80 { end -= 1 }
        return text[..<end]
    }

    /// 1C's reference to nothing.
    static let emptyGUID = Array("00000000-0000-0000-0000-000000000000".utf8)
}
