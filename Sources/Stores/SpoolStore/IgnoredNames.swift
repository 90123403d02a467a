// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// Temporary names of editors, copy programs and systems that are never taken
/// (`spool-traps.md` 3.5). What is ignored is counted: a partner that writes
/// only `*.tmp` must be visible.
package enum IgnoredNames {
    private static let whole: Set<String> = [
        "thumbs.db", "desktop.ini", "$recycle.bin", "system volume information", "@eadir", "#recycle",
        "lost+found",
    ]
    private static let endings = [
        ".tmp", ".temp", ".part", ".filepart", ".partial", ".crdownload", ".download", ".swp", ".swx",
        ".writing", ".camellock", ".lnk", "~",
    ]
    private static let beginnings = ["~$", ".~lock.", "._", ".trash", ".nfs", ".smbdelete"]

    /// The rule that ignores this name (as shown in `status`), nil for a name
    /// that is looked at. Letter case means nothing.
    package static func rule(for name: FilePath.Component) -> String? { rule(for: name.string) }

    package static func rule(for name: String) -> String? {
        let folded = name.lowercased()
        if whole.contains(folded) { return name }
        for beginning in beginnings where folded.hasPrefix(beginning) { return beginning + "*" }
        for ending in endings where folded.hasSuffix(ending) { return "*" + ending }
        if folded.hasPrefix(".") { return ".*" }
        return nil
    }
}
