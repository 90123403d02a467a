// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// A dialect as a table: which paths of a document mean what in our own words.
///
/// Plain data, so that the same table can come from a profile file. Paths are
/// local names joined by `/`; `@name` is an attribute. Containers are named
/// from the root, fields from their record (architecture, section 9).
package struct Mapping: Sendable, Hashable {
    package var name: String
    package var containers: [Container]
    package var records: [Record]
    /// What a root's namespace tells of the document.
    package var namespaces: [String: Trait] = [:]

    package init(
        name: String, containers: [Container], records: [Record], namespaces: [String: Trait] = [:]
    ) {
        self.name = name
        self.containers = containers
        self.records = records
        self.namespaces = namespaces
    }

    /// Paths of the records that are cut out, from the root.
    package var cutPaths: [[String]] {
        records.filter(\.isCut).flatMap(\.paths).map { $0.split(separator: "/").map(String.init) }
    }

    package struct Container: Sendable, Hashable {
        package var path: String
        package var action: ContainerAction

        package init(path: String, action: ContainerAction) {
            self.path = path
            self.action = action
        }
    }

    package enum ContainerAction: Sendable, Hashable {
        /// A container of records. `merged`: another one of the same kind just
        /// before goes on as the same section.
        case section(SectionKind, merged: Bool)
        /// A fact of the document or of the section at hand.
        case fact(HeadFact)
    }

    package enum HeadFact: Sendable, Hashable {
        case version, writtenAt
        /// `ЧРД=` in a list of words: the character before decimals.
        case decimalSeparator
        /// The section's own id, its catalogue's, its classifier's.
        case sectionID, catalogue, classifier
        case onlyChanges
    }

    package struct Record: Sendable, Hashable {
        package var kind: RecordKind
        /// Where such records stand, from the root.
        package var paths: [String]
        package var fields: [FieldRule]
        /// Where a record of the same kind stands inside this one; it gets
        /// this one's id as its `parent`.
        package var nested: String?
        /// What a record without any mark of deletion says.
        package var unmarked: Unmarked = .active
        /// The field whose value is the id where no id is given.
        package var idFallback: Field?
        /// Fields that the format implies.
        package var constants: [Constant] = []
        /// The section such a record opens where it stands in none of the
        /// kind.
        package var section: SectionKind?
        /// Whether what no rule names is kept as extras.
        package var keepsExtras = true
        /// What such a record tells of its document.
        package var trait: Trait?
        /// Whether such records come by the thousands, and may be cut out of
        /// their document and read by themselves (architecture, section 5).
        /// Nothing in them tells anything of the document.
        package var isCut = false

        package init(
            kind: RecordKind, paths: [String], fields: [FieldRule], nested: String? = nil,
            unmarked: Unmarked = .active, idFallback: Field? = nil, constants: [Constant] = [],
            section: SectionKind? = nil, keepsExtras: Bool = true, trait: Trait? = nil,
            isCut: Bool = false
        ) {
            self.kind = kind
            self.paths = paths
            self.fields = fields
            self.nested = nested
            self.unmarked = unmarked
            self.idFallback = idFallback
            self.constants = constants
            self.section = section
            self.keepsExtras = keepsExtras
            self.trait = trait
            self.isCut = isCut
        }
    }

    package struct Constant: Sendable, Hashable {
        package var field: Field
        package var text: String

        package init(field: Field, text: String) {
            self.field = field
            self.text = text
        }
    }

    package enum Trait: Sendable, Hashable {
        /// Written by 1C UNF.
        case unf
    }

    package enum Unmarked: Sendable, Hashable {
        /// It is not deleted (`reference/commerceml.md` 3.10: a later file
        /// with the object unmarked re-activates it).
        case active
        /// The same, but only where the record has a name: rows of prices and
        /// stock say nothing about the thing itself.
        case activeWhenNamed
    }

    package struct FieldRule: Sendable, Hashable {
        package var path: String
        package var action: Action
        package init(_ path: String, _ action: Action) {
            self.path = path
            self.action = action
        }
    }

    /// How the text of a field is read.
    package enum Reading: Sendable, Hashable {
        case text
        case decimal
        /// A decimal where it is one, else the text (`Без НДС`).
        case decimalOrText
        case boolean
        case currency
        /// Text; the placeholder for "not set" clears.
        case propertyValue
        /// An id; 1C's reference to nothing is none.
        case reference
    }

    package enum Action: Sendable, Hashable {
        /// The id; `.variant` is joined to it by `#`.
        case id, variant
        /// A field; an empty element says nothing, or clears.
        case field(Field, Reading = .text, clears: Bool = false)
        /// A field where no other path states it; an extra where one does.
        case fallback(Field, Reading = .text)
        /// An attribute that follows its element's own field.
        case after(Field)
        /// The unit: a code where it is one and no code was given, else the
        /// short name.
        case unit
        /// `true`, `Удален`…: the record is marked deleted.
        case deletion
        /// Fields below stand in a row. A row without fields is left out; a
        /// row of stock states the stock.
        case row(Field)
        /// One field that is a row of its own.
        case rowOf(Field, Field, Reading = .text)
        /// A row of a name and a value; some names feed a field, unless
        /// another path states it. Without a marker the row itself is not
        /// kept, and what feeds nothing is an extra. What feeds the description
        /// of a picture is `path#description`.
        case namedRow(Field?, feeds: [String: Feed])
        /// The name and the value of the named row around it.
        case rowName(Field?), rowValue(Field?)
        /// A field without content that says: this was stated.
        case marker(Field)
        /// A container of one repeated field; empty, it clears the field.
        case list(Field)
        /// Known, and not kept.
        case ignore
    }

    package struct Feed: Sendable, Hashable {
        package var field: Field
        package var reading: Reading

        package init(field: Field, reading: Reading) {
            self.field = field
            self.reading = reading
        }
    }

    /// A name as names of requisites are compared: without spaces, lower case
    /// (`reference/commerceml.md` 3.6).
    package static func normalisedName(_ name: some StringProtocol) -> String {
        String(name.lowercased().filter { !$0.isWhitespace })
    }
}
