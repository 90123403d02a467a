// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// A rule broken at one place.
struct Finding: Hashable, CustomStringConvertible {
    let file: String
    let line: Int
    let reason: String
    var description: String { "\(file):\(line): \(reason)" }
}

/// Looks at one source file; opens nothing itself.
///
/// `file` is the path below the package's root, with `/`.
struct SourceScanner {
    let file: String
    let lines: [Substring]
    /// The same lines without comments and string literals.
    let code: [Substring]

    static let longest = 600
    private static let copyright = "SPDX-FileCopyrightText: The Waybill developers"

    init(file: String, text: String) {
        self.file = file
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = SourceScanner.code(of: text).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// All findings of a file below `Sources/`.
    func scan() -> [Finding] {
        var findings = length() + licence() + unfinished()
        if file.hasSuffix(".swift") { findings += imports() + pointers() }
        return findings
    }

    /// Imports against the table of floors.
    func imports() -> [Finding] {
        guard let place = below("Sources/") else { return [] }
        guard let room = Floors.room(of: place) else {
            return [
                Finding(file: file, line: 1, reason: "this folder is no room in Tests/Layering/Floors.swift")
            ]
        }
        let common = Floors.bare[room.path] ?? Floors.common
        return importLines().compactMap { line, module in
            guard module != room.module, !room.may.contains(module), !common.contains(module) else {
                return nil
            }
            if let owner = Floors.bedrock[module] {
                return Finding(
                    file: file, line: line,
                    reason: "\(module) is imported in Sources/\(owner) only, where its memory is owned")
            }
            return Finding(
                file: file, line: line, reason: "\(room.module) may not import \(module): \(room.reason)")
        }
    }

    /// Raw pointer types outside the rooms that own memory.
    func pointers() -> [Finding] {
        guard let place = below("Sources/"),
            !Floors.pointerRooms.contains(where: { place.hasPrefix($0 + "/") })
        else { return [] }
        return code.indices.compactMap { index in
            guard let word = words(code[index]).first(where: SourceScanner.isPointer) else { return nil }
            return Finding(
                file: file, line: index + 1,
                reason: "\(word) stands outside Sources/Streams: lend a Span instead")
        }
    }

    func length() -> [Finding] {
        guard file.hasSuffix(".swift") else { return [] }
        let count = lines.last?.isEmpty == true ? lines.count - 1 : lines.count
        guard count > SourceScanner.longest else { return [] }
        return [
            Finding(
                file: file, line: count,
                reason: "\(count) lines, over \(SourceScanner.longest): split the file")
        ]
    }

    /// The two SPDX lines at the top, and the licence that belongs here.
    func licence() -> [Finding] {
        let head = lines.prefix(6)
        guard head.contains(where: { $0.contains(SourceScanner.copyright) }) else {
            return [Finding(file: file, line: 1, reason: "no line \"\(SourceScanner.copyright)\" at the top")]
        }
        let copyleft = Floors.copyleft.contains { file.hasPrefix("Sources/\($0)/") }
        let wanted = copyleft ? "GPL-2.0-only" : "Apache-2.0"
        let stated = head.compactMap { line -> String? in
            guard let range = line.firstRange(of: "SPDX-License-Identifier: ") else { return nil }
            return line[range.upperBound...].split(separator: " ").first.map(String.init)
        }
        guard stated == [wanted] else {
            let found = stated.isEmpty ? "no licence" : stated.joined(separator: ", ")
            return [
                Finding(
                    file: file, line: 2, reason: "\(found) stated, \(wanted) belongs here (NOTICE says why)")
            ]
        }
        return []
    }

    /// Words that mark unfinished work.
    func unfinished() -> [Finding] {
        let marks: Set<Substring> = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        return lines.indices.compactMap { index in
            guard let mark = words(lines[index]).first(where: marks.contains) else { return nil }
            return Finding(
                file: file, line: index + 1,
                reason: "\(mark): finish it, or open an issue and say so in words")
        }
    }

    /// The number and module of every import line.
    func importLines() -> [(line: Int, module: String)] {
        let access: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        let kinds: Set<Substring> = [
            "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
        ]
        return code.enumerated().flatMap { index, line in
            line.split(separator: ";").compactMap { statement -> (Int, String)? in
                var rest = statement.split(whereSeparator: \.isWhitespace)[...]
                while let first = rest.first, first.hasPrefix("@") || access.contains(first) {
                    rest.removeFirst()
                }
                guard rest.popFirst() == "import" else { return nil }
                if let first = rest.first, kinds.contains(first) { rest.removeFirst() }
                guard let path = rest.first, let module = path.split(separator: ".").first else { return nil }
                return (index + 1, String(module))
            }
        }
    }

    private func below(_ folder: String) -> String? {
        file.hasPrefix(folder) ? String(file.dropFirst(folder.count)) : nil
    }

    private func words(_ line: Substring) -> [Substring] {
        line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    }

    private static func isPointer(_ word: Substring) -> Bool {
        guard word.hasSuffix("Pointer") else { return word == "Unmanaged" }
        return word == "OpaquePointer" || word == "CVaListPointer" || word.contains("Unsafe")
    }

    /// The text with comments and string literals blanked; lines stay lines.
    ///
    /// Knows nested block comments, escapes and literals of three quotes. An
    /// interpolation counts as part of its literal.
    static func code(of text: String) -> String {
        var result: [Character] = []
        var rest = Array(text)[...]
        var depth = 0
        var quotes = 0
        func starts(_ word: String) -> Bool { rest.starts(with: word) }
        func skip(_ count: Int) {
            for character in rest.prefix(count) { result.append(character == "\n" ? "\n" : " ") }
            rest = rest.dropFirst(count)
        }
        while let character = rest.first {
            if depth > 0 {
                if starts("/*") {
                    depth += 1; skip(2)
                } else if starts("*/") {
                    depth -= 1; skip(2)
                } else {
                    skip(1)
                }
            } else if quotes > 0 {
                if character == "\\" {
                    skip(2)
                } else if starts(String(repeating: "\"", count: quotes)) {
                    skip(quotes)
                    quotes = 0
                } else {
                    if quotes == 1, character == "\n" { quotes = 0 }
                    skip(1)
                }
            } else if starts("//") {
                skip(rest.firstIndex(of: "\n").map { $0 - rest.startIndex } ?? rest.count)
            } else if starts("/*") {
                depth = 1
                skip(2)
            } else if starts("\"\"\"") {
                quotes = 3
                skip(3)
            } else if character == "\"" {
                quotes = 1
                skip(1)
            } else {
                result.append(character)
                rest = rest.dropFirst()
            }
        }
        return String(result)
    }
}
