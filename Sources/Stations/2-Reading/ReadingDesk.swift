// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
import Hashing
package import SystemPackage

/// Reading for whoever says when: looks into packages and opens them.
///
/// Blocking; any thread.
package struct ReadingDesk: Sendable {
    let files: any FileSystem
    private let key: HashKey

    /// - Parameter secret: the store's, at least 16 random bytes.
    package init(files: any FileSystem, secret: [UInt8]) {
        self.files = files
        key = HashKey(secret: secret)
    }

    package func sniff(_ context: ReadContext) throws(ReadError) -> Sniffed {
        try Sniffer.sniff(context, files: files)
    }

    package func reader(_ context: ReadContext) throws(ReadError) -> PackageReader {
        try PackageReader(context, files: files, key: key)
    }

    /// Whether the file is a ZIP, by its first bytes, or by its name.
    package func isArchive(_ path: FilePath) throws(ReadError) -> Bool {
        try Payload(path, files).isZIP(path.lastComponent?.string ?? "")
    }
}
