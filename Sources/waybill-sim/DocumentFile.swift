// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A document that is written from its start to its end, a megabyte at a time.
struct DocumentFile: ~Copyable {
    private static let full = 1 << 20

    private let handle: FileHandle
    var bytes: [UInt8] = []

    /// Makes the file, over one that is there.
    init(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw SimulatorError.unwritable(path) }
        self.handle = handle
        bytes.reserveCapacity(Self.full + 1 << 14)
    }

    /// Writes what has gathered, once it is worth it.
    mutating func drain() throws {
        if bytes.count >= Self.full { try write() }
    }

    consuming func close() throws {
        try write()
        try handle.close()
    }

    private mutating func write() throws {
        try handle.write(contentsOf: Data(bytes))
        bytes.removeAll(keepingCapacity: true)
    }
}

enum SimulatorError: Error, CustomStringConvertible {
    case folder(String, String)
    case unwritable(String)
    case zip(status: Int32)

    var description: String {
        switch self {
        case .folder(let path, let reason):
            "\(path): the folder can't be made: \(reason) Name one on a disk that you may write to."
        case .unwritable(let path): "\(path): can't be written; look at its rights and at the free space"
        case .zip(let status): "zip ended with \(status); is it installed?"
        }
    }
}
