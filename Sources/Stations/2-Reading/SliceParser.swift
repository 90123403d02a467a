// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records
import TextStreams
import Threads

/// Parses slices, on a thread of its own.
final class SliceParser {
    private let member: String
    private let finding: EncodingFinding
    private var decoder: SliceDecoder?
    /// The container that the decoder is for.
    private var number = -1
    private var text: [UInt8] = []

    init(member: String, _ finding: EncodingFinding) {
        self.member = member
        self.finding = finding.withoutMark
    }

    func run(_ work: OrderedWork<SliceUnit>) {
        while let (number, unit) = work.begin() {
            do throws(ReadError) { try parse(unit) } catch {
                unit.error = error
                decoder = nil
            }
            work.done(number)
        }
    }

    private func parse(_ unit: SliceUnit) throws(ReadError) {
        guard case .slices(let container) = unit.content else { return }
        let bytes = unit.bytes
        let all = bytes.span
        for stretch in unit.stretches {
            let place = stretch.place
            var mistake: TextError?
            text.removeAll(keepingCapacity: true)
            var reader = TextDecoder(finding)
            do {
                _ = try reader.decode(
                    all.extracting(stretch.start..<stretch.start + stretch.count), into: &text)
            } catch { mistake = error }
            do throws(DialectError) {
                let decoder = try decoder(for: container)
                if mistake == nil {
                    try decoder.decode(
                        text.span, offset: place.text, line: place.line, hash: stretch.hash,
                        into: &unit.batch)
                } else {
                    // A mistake of XML in front of it comes first.
                    try decoder.decode(beginning: text.span, offset: place.text, line: place.line)
                }
            } catch {
                let offset = unit.storedOffset(of: error.offset, finding.encoding) ?? error.offset
                throw ReadError(error, member: member, offset: offset)
            }
            if let mistake { throw ReadError(mistake.moved(by: place.stored, isEnd: false), member: member) }
        }
    }

    private func decoder(for container: OpenContainer) throws(DialectError) -> SliceDecoder {
        if let decoder, number == container.number { return decoder }
        let made = try SliceDecoder(container.own)
        decoder = made
        number = container.number
        return made
    }
}

extension EncodingFinding {
    /// Of bytes from the middle of the document.
    var withoutMark: EncodingFinding {
        var finding = self
        finding.hasMark = false
        return finding
    }
}

extension TextError {
    /// Found in bytes that begin `count` bytes into the document. A character
    /// that they cut is none, but at the document's end.
    func moved(by count: Int64, isEnd: Bool) -> TextError {
        switch self {
        case .endsEarly(let encoding, let offset) where isEnd:
            .endsEarly(encoding: encoding, offset: offset + count)
        case .invalid(let encoding, let offset), .endsEarly(let encoding, let offset):
            .invalid(encoding: encoding, offset: offset + count)
        case .unsupported: self
        }
    }
}
