// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
package import Files

/// Why a media file could not be kept or looked up.
package enum MediaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The volume is away, foreign or never prepared; the words name the cure.
    case offline(String)
    /// A file operation on the volume failed.
    case file(FileError)
    /// `media.db` failed.
    case store(StoreError)
    /// The bytes could not be read where they came from: the words of the
    /// error that the caller's `read` threw. The volume is not at fault.
    case source(String)

    /// Wait for the volume; no package is at fault.
    package var isOffline: Bool {
        switch self {
        case .offline: true
        case .file(let error): error.isOffline
        case .store, .source: false
        }
    }

    /// No space for the file or for its row; no package is at fault.
    package var isFull: Bool {
        switch self {
        case .file(let error): error.isFull
        case .store(let error): error.code == 13
        case .offline, .source: false
        }
    }

    /// What happened in plain words, and the cure where there is one.
    package var description: String {
        switch self {
        case .offline(let words): words
        case .file(let error): error.description
        case .store(let error): error.description
        case .source(let words): words
        }
    }
}
