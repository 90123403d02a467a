// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What a section of a document carries.
package enum SectionKind: UInt8, Sendable, Hashable, CaseIterable {
    case classifier, catalogue, offers, offerChanges, customers, documents

    package var word: String {
        switch self {
        case .classifier: "classifier"
        case .catalogue: "catalogue"
        case .offers: "offers"
        case .offerChanges: "offer-changes"
        case .customers: "customers"
        case .documents: "documents"
        }
    }
}

/// One container of records: a catalogue, a package of offers, a classifier.
package struct SectionHead: Sendable, Hashable {
    package var kind: SectionKind
    /// The catalogue the section belongs to, without decoration (`#`); empty
    /// where the document names none.
    package var catalogue = ""
    package var classifier = ""
    /// The partner's "contains only changes": nil where it is not stated.
    package var onlyChanges: Bool?

    package init(kind: SectionKind) { self.kind = kind }
}

/// Facts of one document (an XML or JSON member) that stand outside its
/// records.
///
/// The reader completes it while it reads; what a batch's records refer to is
/// there when the batch is handed over.
package struct DocumentHead: Sendable, Hashable {
    /// The dialect that reads it, e.g. `commerceml`.
    package var dialect = ""
    /// The partner's version word, for people (`2.10`, `3.1`).
    package var version = ""
    /// XML namespace of the root, empty where there is none.
    package var namespace = ""
    /// The time of writing as the document spells it; empty where there is
    /// none.
    package var writtenAt = ""
    package var sections: [SectionHead] = []
    /// Ids of the price types that the document declares, with their
    /// currencies.
    package var priceTypes: [DeclaredPriceType] = []
    /// Ids of the warehouses that the document declares.
    package var warehouses: [String] = []
    /// A trait of 1C UNF, whose `import.xml` counts as whole only after a
    /// while (architecture, invariant 9).
    package var isUNF = false

    package init() {}

    package struct DeclaredPriceType: Sendable, Hashable {
        package var id: String
        package var currency: String
        package init(id: String, currency: String) {
            self.id = id
            self.currency = currency
        }
    }
}
