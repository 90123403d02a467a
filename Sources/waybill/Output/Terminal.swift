// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where output goes and how much of it there is.
struct Terminal {
    let json: Bool
    let quiet: Bool
    let color: Bool

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns of the terminal; 100 where there is none.
    static var width: Int {
        var size = winsize()
        guard isTerminal, unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else {
            return 100
        }
        return Int(size.ws_col)
    }

    /// A person can answer a question.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Asks on standard error; anything but a plain yes is a no.
    static func confirm(_ question: String) -> Bool {
        FileHandle.standardError.write(Data("\(question) [y/N] ".utf8))
        let answer = readLine()?.lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }

    /// A line for people; nothing under `--json` or `--quiet`.
    func say(_ line: String = "") {
        guard !json, !quiet else { return }
        print(Self.plain(line, keepsLines: true))
    }

    /// Lines that were asked for; `--quiet` keeps them.
    func show(_ lines: [String]) {
        guard !json else { return }
        for line in lines { print(Self.plain(line)) }
    }

    /// One JSON object on a line of its own, under `--json`.
    func object(_ value: some Encodable) throws {
        guard json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Words that stand out on a terminal.
    func strong(_ text: String) -> String { color ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    func warn(_ text: String) -> String { color ? "\u{1B}[33m\(text)\u{1B}[0m" : text }
    func bad(_ text: String) -> String { color ? "\u{1B}[31m\(text)\u{1B}[0m" : text }

    static func complain(_ line: String) {
        FileHandle.standardError.write(Data("waybill: \(plain(line, keepsLines: true))\n".utf8))
    }

    private static let codes = ["\u{1B}[0m", "\u{1B}[1m", "\u{1B}[31m", "\u{1B}[33m"]

    /// A text without characters that would steer a terminal: names and
    /// records come from partners, who may write anything into them.
    ///
    /// Our own colours stay, and line ends where the text is ours to break.
    static func plain(_ text: String, keepsLines: Bool = false) -> String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            (scalar.properties.generalCategory == .control && scalar != "\t")
                || (0x2028...0x202E).contains(scalar.value)
                || (0x2066...0x2069).contains(scalar.value)
        }
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        var rest = text.unicodeScalars[...]
        while let scalar = rest.first {
            if scalar == "\u{1B}", let code = codes.first(where: { rest.starts(with: $0.unicodeScalars) }) {
                result += code
                rest = rest.dropFirst(code.unicodeScalars.count)
                continue
            }
            let stays = !isControl(scalar) || (keepsLines && scalar == "\n")
            result.unicodeScalars.append(stays ? scalar : "\u{FFFD}")
            rest = rest.dropFirst()
        }
        return result
    }
}
