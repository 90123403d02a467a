// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Yams

/// Where a key stands.
struct Place: Hashable, CustomStringConvertible {
    let file: String
    /// From 1.
    let line: Int
    let column: Int

    var description: String { "\(file):\(line)" }
}

/// Takes one YAML text after another and collects values, origins, mistakes.
struct SettingsReader {
    private(set) var settings = Settings()
    private(set) var mistakes: [Mistake] = []
    /// Where each key was set.
    private(set) var places: [String: Place] = [:]
    private var file = ""

    mutating func read(_ text: String, file: String) {
        self.file = file
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            return mistakes.append(Self.mistake(error, file))
        }
        guard let root, root.null == nil || !Self.isEmpty(root) else { return }
        guard let mapping = root.mapping else {
            return note(root, "the file must hold keys and values", "waybill config show lists the keys")
        }
        for (key, value) in mapping {
            if key.string == "partners" { readPartners(value) } else { readCommon(key, value, below: "") }
        }
    }

    /// What is in force and where it came from.
    func origins(_ layout: RootLayout) -> [LoadedSettings.Origin] {
        var list: [LoadedSettings.Origin] = []
        let usual = [
            "paths.spool": layout.spool, "paths.media": layout.media, "paths.store": layout.store,
            "paths.run": layout.run,
        ]
        for key in SettingsKeys.common {
            let fallback = usual[key.path]?.string ?? key.show(Settings())
            let value = key.show(settings)
            list.append(
                .init(
                    key: key.path, value: value.isEmpty ? fallback : value, defaultValue: fallback,
                    origin: places[key.path]?.description ?? "default"))
        }
        for name in settings.partnerNames {
            for key in SettingsKeys.partner {
                let path = "partners.\(name).\(key.path)"
                list.append(
                    .init(
                        key: path, value: key.show(settings.partner(name)),
                        defaultValue: key.show(PartnerSettings()),
                        origin: places[path]?.description ?? "default"))
            }
        }
        return list
    }

    // MARK: Keys

    private mutating func readCommon(_ key: Node, _ value: Node, below: String) {
        guard let name = key.string else { return note(key, "a key must be a word", "") }
        let path = below.isEmpty ? name : "\(below).\(name)"
        let known = SettingsKeys.common.map(\.path)
        if let found = SettingsKeys.common.first(where: { $0.path == path }) {
            if let read = self.value(value, found.kind, path) { found.set(&settings, read) }
        } else if known.contains(where: { $0.hasPrefix(path + ".") }) {
            guard let mapping = group(value, path) else { return }
            for (key, value) in mapping { readCommon(key, value, below: path) }
        } else {
            let isPartners = SettingsKeys.partner.contains {
                $0.path == path || $0.path.hasPrefix(path + ".")
            }
            if isPartners || SettingsKeys.laterPartner.contains(where: { $0.path == path }) {
                note(
                    key, "`\(path)` is a key of a partner",
                    "indent it below `partners:` and the partner's name")
            } else {
                unknown(key, path, among: known + ["partners"])
            }
        }
    }

    private mutating func readPartners(_ value: Node) {
        guard let mapping = group(value, "partners") else { return }
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard Self.isPartnerName(name) else {
                note(key, "\"\(name)\" can't name a partner", "use a-z, 0-9, dot, dash, underscore, up to 64")
                continue
            }
            let place = "partners.\(name)"
            guard claim(place, key) else { continue }
            var partner = PartnerSettings()
            if !Self.isEmpty(value) {
                guard let keys = group(value, place) else { continue }
                for (key, value) in keys { readPartner(key, value, name, below: "", into: &partner) }
            }
            settings.partners[name] = partner
        }
    }

    private mutating func readPartner(
        _ key: Node, _ value: Node, _ name: String, below: String, into partner: inout PartnerSettings
    ) {
        guard let word = key.string else { return note(key, "a key must be a word", "") }
        let path = below.isEmpty ? word : "\(below).\(word)"
        let known = SettingsKeys.partner.map(\.path)
        if let found = SettingsKeys.partner.first(where: { $0.path == path }) {
            if let read = self.value(value, found.kind, "partners.\(name).\(path)") {
                found.set(&partner, read)
            }
        } else if let later = SettingsKeys.laterPartner.first(where: { $0.path == path }) {
            note(key, "`\(path)` comes with a later version (\(later.words))", "leave it out")
        } else if known.contains(where: { $0.hasPrefix(path + ".") }) {
            guard let mapping = group(value, path) else { return }
            for (key, value) in mapping { readPartner(key, value, name, below: path, into: &partner) }
        } else {
            if SettingsKeys.common.contains(where: { $0.path == path || $0.path.hasPrefix(path + ".") }) {
                note(key, "`\(path)` is no key of a partner but a common one", "move it to the left margin")
            } else {
                unknown(key, path, among: known)
            }
        }
    }

    private mutating func value(_ node: Node, _ kind: KeyKind, _ path: String) -> KeyValue? {
        guard let text = node.scalar?.string else {
            note(node, "`\(path)` takes one value", kind.words)
            return nil
        }
        guard claim(path, node) else { return nil }
        do { return try kind.read(text) } catch {
            note(node, "`\(path)`: \(error.message)", error.cure)
            return nil
        }
    }

    /// Notes where a key was set; false where another file set it too.
    private mutating func claim(_ path: String, _ node: Node) -> Bool {
        if let other = places[path] {
            note(node, "`\(path)` is set twice, also in \(other)", "remove one of the two")
            return false
        }
        places[path] = Place(file: file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
        return true
    }

    private mutating func group(_ node: Node, _ path: String) -> Node.Mapping? {
        if let mapping = node.mapping { return mapping }
        if !Self.isEmpty(node) {
            note(node, "`\(path)` holds keys of its own, not a value", "indent them below it")
        }
        return nil
    }

    // MARK: Mistakes

    private mutating func unknown(_ key: Node, _ path: String, among known: [String]) {
        let near = known.min { Self.distance($0, path) < Self.distance($1, path) }
        let isNear = near.map { Self.distance($0, path) <= max(2, path.count / 3) } ?? false
        note(
            key, "there is no key `\(path)`",
            isNear ? "did you mean `\(near ?? "")`?" : "docs/configuration.md lists them all")
    }

    private mutating func note(_ node: Node, _ message: String, _ cure: String) {
        mistakes.append(
            Mistake(
                file: file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0, message: message,
                cure: cure))
    }

    private static func mistake(_ error: any Error, _ file: String) -> Mistake {
        guard let error = error as? YamlError else { return Mistake(file: file, message: "\(error)") }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return Mistake(
                file: file, line: mark.line, column: mark.column, message: "this is no YAML: \(problem)",
                cure: "look at the indentation and the colons here and in the line above")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "`\($0)`" }.joined(separator: ", ")
            return Mistake(
                file: file, line: context.mark.line, column: context.mark.column,
                message: "\(names) stands twice in one place", cure: "remove one of the two")
        default: return Mistake(file: file, message: "this is no YAML: \(error)")
        }
    }

    private static func isEmpty(_ node: Node) -> Bool {
        node.scalar.map { $0.string.isEmpty || $0.string == "null" || $0.string == "~" } ?? false
    }

    private static func isPartnerName(_ name: String) -> Bool {
        let plain = { (byte: UInt8) in
            (48...57).contains(byte) || (97...122).contains(byte) || (65...90).contains(byte)
        }
        guard let first = name.utf8.first, plain(first), name.utf8.count <= 64 else { return false }
        return name.utf8.allSatisfy { plain($0) || $0 == 45 || $0 == 46 || $0 == 95 }
    }

    /// Edits from one word to another (Levenshtein).
    static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left.utf8), Array(right.utf8))
        var row = Array(0...b.count)
        for (index, byte) in a.enumerated() {
            var corner = row[0]
            row[0] = index + 1
            for column in b.indices {
                let replaced = corner + (byte == b[column] ? 0 : 1)
                corner = row[column + 1]
                row[column + 1] = min(replaced, corner + 1, row[column] + 1)
            }
        }
        return row[b.count]
    }
}
