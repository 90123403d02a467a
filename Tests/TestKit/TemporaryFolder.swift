// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder of a test's own; it goes away with the object.
package final class TemporaryFolder: Sendable {
    /// Absolute path, without symbolic links.
    package let root: String

    /// Below `$TMPDIR`, else `/tmp`.
    package init() throws {
        var template = Array((NSTemporaryDirectory() + "waybill-test.XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CocoaError(.fileWriteUnknown)
        }
        let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        root = URL(fileURLWithPath: made).resolvingSymlinksInPath().path
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: root) } catch {
            FileHandle.standardError.write(Data("test folder \(root) stays: \(error)\n".utf8))
        }
    }

    /// The path of a name below the folder.
    package func path(_ name: String) -> String { root + "/" + name }

    /// Writes a file, with the folders above it.
    @discardableResult
    package func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let target = path(name)
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: target).deletingLastPathComponent().path,
            withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: target))
        return target
    }

    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String { try write(name, text.utf8) }

    package func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }
}
