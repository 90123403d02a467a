// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// JSON text with members in the order they are given.
enum JSONText {
    case null
    case text(String)
    case number(Int64)
    case list([JSONText])
    case object([(String, JSONText)])

    static func text(_ value: String?) -> JSONText { value.map { .text($0) } ?? .null }

    /// Indented by two spaces, with a newline at the end.
    var document: String {
        var result = ""
        write(into: &result, indent: "")
        return result + "\n"
    }

    private func write(into result: inout String, indent: String) {
        switch self {
        case .null: result += "null"
        case .number(let value): result += String(value)
        case .text(let value): Self.quote(value, into: &result)
        case .list(let values):
            Self.lines(values.count, "[", "]", indent, &result) { index, text, inner in
                values[index].write(into: &text, indent: inner)
            }
        case .object(let members):
            Self.lines(members.count, "{", "}", indent, &result) { index, text, inner in
                Self.quote(members[index].0, into: &text)
                text += ": "
                members[index].1.write(into: &text, indent: inner)
            }
        }
    }

    private static func lines(
        _ count: Int, _ open: String, _ close: String, _ indent: String, _ result: inout String,
        _ write: (Int, inout String, String) -> Void
    ) {
        guard count > 0 else {
            result += open + close
            return
        }
        let inner = indent + "  "
        for index in 0..<count {
            result += (index == 0 ? open : ",") + "\n" + inner
            write(index, &result, inner)
        }
        result += "\n" + indent + close
    }

    private static func quote(_ value: String, into result: inout String) {
        result += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}
