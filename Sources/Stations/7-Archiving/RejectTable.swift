// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// Refused records as a table that opens in Excel: UTF-8 with BOM, `;`, CRLF.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe in
/// front (OWASP, "CSV Injection").
package struct RejectTable: Sendable {
    package let language: ReceiptLanguage
    /// Characters of a fragment that are shown.
    static let fragmentLimit = 1_000

    package init(_ language: ReceiptLanguage) { self.language = language }

    /// Byte order mark and the line of column names.
    package var heading: String { "\u{FEFF}" + Self.join(Self.columns.map { $0[language] }) }

    package func line(_ reject: Reject) -> String {
        Self.join([
            String(reject.offset), reject.line > 0 ? String(reject.line) : "", reject.member, reject.kind,
            reject.id, reject.code.rawValue, RejectWords.message(reject.code, reject.detail, language),
            Self.cut(reject.fragment),
        ])
    }

    private static let columns = [
        Words("byte offset", "смещение в байтах", "зміщення в байтах"),
        Words("line", "строка", "рядок"),
        Words("file", "файл", "файл"),
        Words("kind", "вид", "вид"),
        Words("id", "идентификатор", "ідентифікатор"),
        Words("code", "код", "код"),
        Words("message", "сообщение", "повідомлення"),
        Words("fragment", "фрагмент", "фрагмент"),
    ]

    private static func join(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ";") + "\r\n"
    }

    static func cell(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars where scalar.value != 0 { result.unicodeScalars.append(scalar) }
        if let first = result.unicodeScalars.first, startsFormula(first) { result = "'" + result }
        let needsQuotes = result.unicodeScalars.contains { scalar in
            scalar == ";" || scalar == "," || scalar == "\"" || scalar == "\r" || scalar == "\n"
                || scalar == "\t"
        }
        guard needsQuotes else { return result }
        var quoted = "\""
        for scalar in result.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// `= + - @`, tab, CR, LF, and the full-width forms of the signs.
    private static func startsFormula(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
        default: false
        }
    }

    /// One line of at most `fragmentLimit` characters.
    private static func cut(_ fragment: String) -> String {
        var result = ""
        var count = 0
        for scalar in fragment.unicodeScalars {
            guard count < fragmentLimit else { return result + "…" }
            result.unicodeScalars.append(scalar == "\n" || scalar == "\r" || scalar == "\t" ? " " : scalar)
            count += 1
        }
        return result
    }
}
