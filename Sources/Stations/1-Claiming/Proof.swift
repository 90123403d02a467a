// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What proved that a drop is complete.
package enum Proof: String, Sendable, Hashable {
    case manifest, marker, zip, xml, json
    /// The last line ends: complete as far as lines can tell.
    case lines
    /// Nothing but the quiet time.
    case quiet
    /// Taken without proof after ten quiet minutes, for quarantine.
    case none

    /// Complete by content or by the partner's word.
    package var isStrong: Bool {
        switch self {
        case .manifest, .marker, .zip, .xml, .json: true
        case .lines, .quiet, .none: false
        }
    }

    /// Plain words for `package.json`, `why` and receipts.
    package var words: String {
        switch self {
        case .manifest: "a manifest covers it"
        case .marker: "a marker covers it"
        case .zip: "the ZIP's directory agrees with the file"
        case .xml: "the root element is closed"
        case .json: "the outer bracket is closed"
        case .lines: "the last line is complete"
        case .quiet: "unchanged for the quiet time"
        case .none: "never proven complete"
        }
    }
}

/// The answer of one look at a drop's bytes.
package enum ProofAnswer: Hashable, Sendable {
    case complete(Proof)
    /// Should be provable and is not, in plain words.
    case missing(String)
    /// A kind of file without a proof in itself.
    case notApplicable
}
