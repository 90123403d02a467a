// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

/// A record while its element is open.
struct OpenRecord {
    var rule = 0
    var section: Int32 = 0
    var offset: Int64 = 0
    var line: Int32 = 0
    /// The frame of the record's element.
    var frame = 0
    var builder = RecordBuilder()
    var id: [UInt8] = []
    var variant: [UInt8] = []
    /// The mark of deletion, nil where there is none.
    var marked: Bool?
    /// Bytes of values whose place is not known yet: fallbacks, names and
    /// values of a row, attributes that follow their element.
    var held: [UInt8] = []
    var fallbacks: [Held] = []
    /// The open named row.
    var rowName: Range<Int>?
    var rowValues: [Range<Int>] = []
    var extraBytes = 0
    /// Records inside that wait for this one's id.
    var orphans: [OpenRecord] = []

    struct Held {
        var field: Field
        var reading: Mapping.Reading
        var bytes: Range<Int>
        /// The name it gets as an extra where it is not needed; empty where
        /// its row is kept anyway.
        var name: Range<Int>
    }

    mutating func begin(rule: Int, section: Int32, offset: Int64, line: Int32, frame: Int) {
        self.rule = rule
        self.section = section
        self.offset = offset
        self.line = line
        self.frame = frame
        builder.removeAll()
        id.removeAll(keepingCapacity: true)
        variant.removeAll(keepingCapacity: true)
        marked = nil
        held.removeAll(keepingCapacity: true)
        fallbacks.removeAll(keepingCapacity: true)
        rowName = nil
        rowValues.removeAll(keepingCapacity: true)
        extraBytes = 0
        orphans.removeAll()
    }

    /// The id as the contract spells it: `item` or `item#variant`.
    var fullID: [UInt8] { variant.isEmpty || id.isEmpty ? id : id + [35] + variant }

    /// Nothing was said in it at all.
    var isBare: Bool {
        builder.entries.isEmpty && id.isEmpty && variant.isEmpty && marked == nil && fallbacks.isEmpty
    }
}
