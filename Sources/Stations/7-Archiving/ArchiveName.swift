// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import JournalStore
import Records
import SpoolStore
import SystemPackage

/// Names below `archive/`: `<partner>/<yyyy>/<mm>/<dd>/<id>-<safe name>`.
enum ArchiveName {
    static let sums = "SHA256SUMS"
    static let pruneLock = ".prune.lock"
    static let sumsLock = ".sums.lock"

    /// The day of a package: that of its id, which no second run changes; of
    /// its arrival where the id tells none.
    static func day(_ row: PackageRow) -> [String] {
        let moment = PackageIDSource.microseconds(of: row.id).map { Timestamp(milliseconds: $0 / 1_000) }
        let civil = (moment ?? row.receivedAt).civil
        return [pad(civil.year, 4), pad(civil.month, 2), pad(civil.day, 2)]
    }

    private static func pad(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// One plain name; nil for what would lead elsewhere.
    static func component(_ text: String) -> FilePath.Component? {
        guard let component = FilePath.Component(text), component.kind == .regular else { return nil }
        return component
    }

    /// The day folder, relative to `archive/`.
    static func dayFolder(_ row: PackageRow) throws(ArchiveError) -> String {
        guard component(row.partner) != nil else { throw .badPath(row.partner) }
        return ([row.partner] + day(row)).joined(separator: "/")
    }

    /// Name in the day folder of a package's file.
    static func file(_ id: PackageID, _ name: String) -> String { "\(id)-\(SafeName.make(name))" }
    static func facts(_ id: PackageID) -> String { "\(id).json" }

    /// The id that a name in a day folder starts with, nil for names that are
    /// not ours.
    static func id(of name: String) -> PackageID? {
        let length = 27
        let bytes = Array(name.utf8)
        guard bytes.count > length,
            bytes[length] == 45 || name.utf8.dropFirst(length).elementsEqual(".json".utf8),
            let id = PackageID(String(decoding: bytes[..<length], as: UTF8.self)),
            PackageIDSource.microseconds(of: id) != nil
        else { return nil }
        return id
    }

    /// Splits `PackageRow.archivePath` into day folder and name.
    static func split(_ path: String) throws(ArchiveError) -> (day: String, name: FilePath.Component) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts.allSatisfy({ component($0) != nil }), let name = component(parts[4])
        else {
            throw .badPath(path)
        }
        return (parts[..<4].joined(separator: "/"), name)
    }
}
