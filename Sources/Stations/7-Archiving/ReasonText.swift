// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The text of `reason.txt` beside a stopped package.
package enum ReasonText {
    /// File, place, reason and cure, a line each, for whoever opens the
    /// folder.
    ///
    /// - Parameters:
    ///   - place: line and byte in the file; empty where the whole is meant.
    ///   - cure: what to do, in plain words or as a command.
    package static func build(file: String, place: String, reason: String, cure: String) -> String {
        let rows = [("File", file), ("Place", place), ("Reason", reason), ("Cure", cure)]
        return rows.filter { !$0.1.isEmpty }.map { "\($0.0): \(oneLine($0.1))\n" }.joined()
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
