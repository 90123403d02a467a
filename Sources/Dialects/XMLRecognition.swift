// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records
import XMLStreams

/// Tells what an XML document is by its root and the elements right below it.
enum XMLRecognition {
    static func recognise(_ start: Span<UInt8>) -> Recognition {
        var look = Look()
        var parser = XMLPushParser()
        var mistake: XMLError?
        do { try parser.feed(start, to: &look) } catch { mistake = error }
        var found = Recognition()
        found.root = look.root
        found.version = look.version
        if look.root.isEmpty {
            found.refusal = refusal(start, mistake)
        } else if look.root != CommerceML.root {
            found.refusal = refusal(root: look.root, namespace: look.namespace)
        } else if look.isOldStyle {
            found.refusal =
                "this is CommerceML 1 of 1C 7.7, which is not read: export CommerceML 2 "
                + "(the exchange with sites of a newer 1C)"
        } else {
            found.dialect = CommerceML.name
            found.lanes = look.lanes
        }
        return found
    }

    /// A document without a root in sight.
    private static func refusal(_ start: Span<UInt8>, _ mistake: XMLError?) -> String {
        var text: [UInt8] = []
        for index in 0..<min(start.count, 512) { text.append(start[index]) }
        let visible = text.drop { Scalars.isSpace($0) || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        if visible.isEmpty { return "the file is empty: its writer has not written it, export it again" }
        if String(decoding: visible.prefix(14), as: UTF8.self).lowercased().hasPrefix("<!doctype html") {
            return html
        }
        switch mistake {
        case .doctype(_, _, let name):
            return "the document has a DOCTYPE (\(name)), which is never read: write it without one"
        case .notWellFormed(let line, _, let detail):
            return "this is no XML document (line \(line): \(detail)): look at the file, and export it again"
        case .overLimit(let line, _, let what, let limit):
            return "the document goes over the limit of \(limit) for \(what.rawValue) in line \(line)"
        case .endsEarly, nil:
            return "no root element in the first 64 KiB: look at the file, and export it again"
        }
    }

    private static let html =
        "this is an HTML page, perhaps a server's error message that was saved as a file: "
        + "look at it in a browser, then deliver the real file"

    private static func refusal(root: String, namespace: String) -> String {
        switch root {
        case "html", "HTML": html
        case "Message":
            "this is an EnterpriseData exchange message of 1C (root Message), which this version does not "
                + "read: set up the exchange with sites (CommerceML) instead"
        case "ФайлОбмена":
            "this is an exchange by 1C's conversion rules (root ФайлОбмена), which is not read: "
                + "set up the exchange with sites (CommerceML) instead"
        case "yml_catalog":
            "this is a catalogue for marketplaces (YML), which is not read: export CommerceML instead"
        default:
            "unknown XML: the root element is \(root)"
                + (namespace.isEmpty ? "" : " of namespace \(namespace)")
                + "; this version reads CommerceML (root \(CommerceML.root))"
        }
    }

    /// Notes the root and its children down.
    private struct Look: XMLHandler {
        var root = ""
        var namespace = ""
        var version = ""
        var isOldStyle = false
        private var names: [String] = []
        private var depth = 0
        private var section = ""
        private var found: Set<Lane> = []
        private var isFull = false
        private var takesFlag = false
        private var flag: [UInt8] = []

        /// A document with nothing in it goes where it does no harm.
        var lanes: Set<Lane> {
            var lanes = found
            if isFull {
                lanes.remove(.catalogue)
                lanes.insert(.catalogueFull)
            }
            return lanes.isEmpty ? [.catalogue] : lanes
        }

        mutating func name(_ name: XMLName, is text: Span<UInt8>) {
            var bytes: [UInt8] = []
            bytes.append(copying: text)
            names.append(String(decoding: bytes, as: UTF8.self))
        }

        mutating func root(namespace: Span<UInt8>) {
            var bytes: [UInt8] = []
            bytes.append(copying: namespace)
            self.namespace = String(decoding: bytes, as: UTF8.self)
        }

        mutating func start(
            _ name: XMLName, _ attributes: Span<XMLAttribute>, in text: Span<UInt8>, at place: XMLPlace
        ) {
            depth += 1
            guard depth <= 3 else { return }
            let element = names[Int(name.number)]
            if depth == 1 { root = element }
            if depth == 2 { enter(element) }
            for index in 0..<attributes.count {
                let attribute = attributes[index]
                var value: [UInt8] = []
                value.append(copying: text.extracting(attribute.value))
                switch (depth, names[Int(attribute.name.number)]) {
                case (1, "ВерсияСхемы"): version = String(decoding: value, as: UTF8.self)
                case (2, "СодержитТолькоИзменения"): take(flag: value)
                case (2, "Идентификатор"): isOldStyle = true
                default: break
                }
            }
            takesFlag = depth == 3 && element == "СодержитТолькоИзменения"
            flag = []
        }

        mutating func text(_ text: Span<UInt8>) {
            if takesFlag, flag.count < 64 { flag.append(copying: text) }
        }

        mutating func end(_ name: XMLName) {
            depth -= 1
            if takesFlag { take(flag: flag) }
            takesFlag = false
        }

        private mutating func enter(_ element: String) {
            section = element
            switch element {
            case "Документ", "Контейнер": found.insert(.orders)
            case "Контрагенты": found.insert(.clients)
            case "Классификатор", "Каталог", "ПакетПредложений", "ИзмененияПакетаПредложений":
                found.insert(.catalogue)
            default: break
            }
        }

        private mutating func take(flag: [UInt8]) {
            guard section == "Каталог" || section == "ПакетПредложений" else { return }
            if Scalars.boolean(flag[Scalars.trimmed(flag, 0..<flag.count)]) == false { isFull = true }
        }
    }
}
