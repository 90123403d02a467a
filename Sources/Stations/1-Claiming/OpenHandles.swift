// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Files
import SystemPackage

/// Which programs of this machine have a file open, as far as `/proc` lets us
/// see (all of them for root, our own user's otherwise). For people only:
/// processes come and go while it looks, so what can't be read is passed over.
struct OpenHandles {
    let seam: any FileSystem

    struct Holder: Hashable {
        var pid: Int
        var command: String
        var writes: Bool
    }

    func holders(device: UInt64, inode: UInt64) -> [Holder] {
        var found: [Holder] = []
        for name in entries("/proc") {
            guard let pid = Int(name.string) else { continue }
            let process = FilePath("/proc").appending(name)
            var holder: Holder?
            for handle in entries(process.appending("fd")) {
                guard let status = status(process.appending("fd").appending(handle)),
                    status.device == device, status.inode == inode
                else { continue }
                let writes = isWriting(process.appending("fdinfo").appending(handle))
                let command = text(process.appending("comm")) ?? "?"
                holder = Holder(pid: pid, command: command, writes: writes || holder?.writes == true)
            }
            if let holder { found.append(holder) }
        }
        return found
    }

    private func entries(_ folder: FilePath) -> [FilePath.Component] {
        do { return try seam.list(folder) } catch { return [] }
    }

    private func status(_ path: FilePath) -> FileStatus? {
        do { return try seam.statusFollowingLinks(path) } catch { return nil }
    }

    private func text(_ path: FilePath) -> String? {
        do {
            // Files of /proc say that they have no size.
            return try seam.withFile(path, .read) { open throws(FileError) in
                var buffer = [UInt8](repeating: 0, count: 1_024)
                let count = try seam.read(open, into: &buffer)
                let text = String(decoding: buffer.prefix(count), as: UTF8.self)
                return text.split(whereSeparator: \.isNewline).joined(separator: "\n")
            }
        } catch { return nil }
    }

    /// The access mode is the last octal digit of the flags: 0 only reads.
    private func isWriting(_ path: FilePath) -> Bool {
        guard let lines = text(path)?.split(separator: "\n"),
            let flags = lines.first(where: { $0.hasPrefix("flags:") }), let last = flags.last
        else { return false }
        return (last.wholeNumberValue ?? 0) & 3 != 0
    }
}
