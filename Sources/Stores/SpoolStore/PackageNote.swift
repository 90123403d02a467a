// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import Foundation
package import Records
package import SystemPackage

/// What `package.json` says: whose package it is and what it was called, so
/// that recovery and people know without the journal.
///
/// Written before the payload arrives, without a sync: it can be made again
/// from the journal.
package struct PackageNote: Hashable, Sendable {
    package enum Kind: String, Sendable, Hashable { case package, attachment }

    package var id: PackageID
    package var kind: Kind
    package var partner: String
    /// Relative to `in/`, as the partner named it; any bytes.
    package var original: FilePath
    /// Name of the payload in the package's folder.
    package var payload: String
    /// Names of the marker or manifest files taken with it.
    package var companions: [String]
    /// Bytes, as seen when it was claimed.
    package var size: Int64
    /// Nanoseconds since 1970, the volume's clock.
    package var modified: Int64
    package var claimedAt: Timestamp
    /// Whatever else the caller wants to be read there (proof, exchange, …).
    package var extra: [String: JSONValue]

    package init(
        id: PackageID, kind: Kind = .package, partner: String, original: FilePath, size: Int64,
        modified: Int64, claimedAt: Timestamp, extra: [String: JSONValue] = [:]
    ) {
        self.id = id
        self.kind = kind
        self.partner = partner
        self.original = original
        payload = SafeName.make(original)
        companions = []
        self.size = size
        self.modified = modified
        self.claimedAt = claimedAt
        self.extra = extra
    }

    /// `original` as text, with U+FFFD where it is no UTF-8.
    package var name: String { original.string }

    /// The file's bytes: JSON with sorted keys, ending in a line feed.
    package var encoded: [UInt8] {
        var object = extra
        object["waybill_package"] = .integer(1)
        object["id"] = .string(id.text)
        object["kind"] = .string(kind.rawValue)
        object["partner"] = .string(partner)
        object["name"] = .string(name)
        let bytes = original.bytes
        if String(validating: bytes, as: UTF8.self) == nil {
            object["name_bytes"] = .string(bytes.map { Self.hex($0) }.joined())
        }
        object["payload"] = .string(payload)
        if !companions.isEmpty { object["companions"] = .array(companions.map { .string($0) }) }
        object["size"] = .integer(size)
        object["modified_ns"] = .integer(modified)
        object["claimed_ms"] = .integer(claimedAt.milliseconds)
        object["claimed_at"] = .string(claimedAt.description)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { return [UInt8](try encoder.encode(JSONValue.object(object))) + [10] } catch {
            // Strings, integers and booleans always have a JSON form; a failure is a defect.
            fatalError("a package note could not be written as JSON: \(error)")
        }
    }

    /// Nil for bytes that are no note of ours.
    package init?(decoding bytes: [UInt8]) {
        let object: [String: JSONValue]
        do { object = try JSONDecoder().decode([String: JSONValue].self, from: Data(bytes)) } catch {
            return nil
        }
        guard object["waybill_package"]?.integer == 1, let id = object["id"]?.string.flatMap(PackageID.init),
            let partner = object["partner"]?.string, let name = object["name"]?.string,
            let payload = object["payload"]?.string
        else { return nil }
        self.id = id
        self.partner = partner
        self.payload = payload
        kind = object["kind"]?.string.flatMap(Kind.init) ?? .package
        original = object["name_bytes"]?.string.flatMap(Self.path(hex:)) ?? FilePath(name)
        companions = object["companions"]?.strings ?? []
        size = object["size"]?.integer ?? 0
        modified = object["modified_ns"]?.integer ?? 0
        claimedAt = Timestamp(milliseconds: object["claimed_ms"]?.integer ?? 0)
        let own: Set<String> = [
            "waybill_package", "id", "kind", "partner", "name", "name_bytes", "payload", "companions", "size",
            "modified_ns", "claimed_ms", "claimed_at",
        ]
        extra = object.filter { !own.contains($0.key) }
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private static func path(hex: String) -> FilePath? {
        let digits = Array(hex.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        return FilePath(bytes: bytes)
    }
}
