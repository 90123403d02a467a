// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
import Foundation
package import SystemPackage

/// The file that tells a mounted volume from an empty mount point.
package enum VolumeMark {
    package static let fileName = ".waybill-volume"

    /// The mark in this folder, nil where there is none.
    package static func read(_ folder: FilePath, _ files: any FileSystem) throws(FileError) -> String? {
        do {
            let bytes = try files.readAll(folder.appending(fileName), limit: 4_096)
            let text = String(decoding: bytes, as: UTF8.self)
            return text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    /// The mark in this folder, made where there is none.
    package static func make(_ folder: FilePath, _ files: any FileSystem) throws(FileError) -> String {
        if let found = try read(folder, files), !found.isEmpty { return found }
        let mark = UUID().uuidString.lowercased()
        try files.atomicWrite(folder.appending(fileName), Array("\(mark)\n".utf8), mode: 0o644)
        return mark
    }
}

/// Whether a partner's folder is the one that was marked.
package enum VolumeState: Hashable, Sendable {
    case online
    /// The mark or the folder is gone: the volume is not mounted.
    case gone(String)
    /// Another mark: another volume is mounted there (`partner adopt`).
    case changed(String)
    /// The volume does not answer (stale handle, no connection).
    case unreachable(String)

    package var isOnline: Bool { self == .online }

    /// Plain words, empty when online.
    package var reason: String {
        switch self {
        case .online: ""
        case .gone(let text), .changed(let text), .unreachable(let text): text
        }
    }
}
