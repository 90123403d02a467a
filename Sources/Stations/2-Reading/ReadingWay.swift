// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import TextStreams

/// How a document is read (architecture, section 5).
package enum ReadingWay: Sendable, Hashable {
    /// Its records are cut out; those that are known are not parsed, others on
    /// several threads.
    case slices
    /// The parser reads all of it, for that reason.
    case plain(String)

    /// For people: `in slices`, `plain: …`.
    package var words: String {
        switch self {
        case .slices: "in slices"
        case .plain(let reason): "plain: \(reason)"
        }
    }

    /// - Parameter size: bytes of the document, unpacked.
    init(_ start: DocumentStart, size: Int64, _ context: ReadContext) {
        let encoding = start.finding.encoding
        if start.format != "XML" {
            self = .plain("\(start.format) is not cut")
        } else if !encoding.keepsASCII {
            self = .plain("\(encoding.word) is not cut")
        } else if DialectRegistry.cuttingDecoder(for: start.recognition) == nil {
            self = .plain("the dialect has no records that are cut")
        } else if size <= context.limits.slices.threshold {
            self = .plain("it is not large")
        } else {
            self = .slices
        }
    }
}
