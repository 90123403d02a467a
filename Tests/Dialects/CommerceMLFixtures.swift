// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The documents of `Tests/Fixtures/commerceml`.
enum CommerceMLFixtures {
    static let names = [
        "import", "import_old", "import_unf", "offers", "changes", "parts_dictionaries", "parts_rests",
        "documents",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/commerceml/\(name).xml")))
    }

    static func read(_ name: String) throws -> ReadDocument { ReadDocument(try bytes(name)) }

    /// A document of one catalogue with these goods.
    static func goods(_ body: String) -> String {
        "<КоммерческаяИнформация><Каталог><Ид>c1</Ид><Товары>\(body)</Товары></Каталог></КоммерческаяИнформация>"
    }

    /// A document of one package of offers.
    static func offers(_ body: String, root: String = "") -> String {
        "<КоммерческаяИнформация\(root)><ПакетПредложений><ИдКаталога>c1</ИдКаталога><Предложения>\(body)"
            + "</Предложения></ПакетПредложений></КоммерческаяИнформация>"
    }
}
