// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// Small CommerceML documents as text (`commerceml.md` sections 1 to 4).
package enum CommerceML {
    /// `import.xml`: a catalogue.
    ///
    /// - Parameters:
    ///   - onlyChanges: the attribute `СодержитТолькоИзменения`; nil leaves
    ///     it out.
    ///   - classifier: the content of `Классификатор`; nil leaves it out.
    package static func catalogue(
        id: String = "c1", onlyChanges: Bool? = false, writtenAt: String = "2026-03-02T10:00:00",
        classifier: String? = nil, products: [String]
    ) -> String {
        let body =
            classifier.map {
                "<Классификатор><Ид>k1</Ид><Наименование>К</Наименование>\($0)</Классификатор>\n"
            }
            ?? ""
        return document(
            writtenAt,
            body
                + "<Каталог\(changes(onlyChanges))><Ид>\(id)</Ид><ИдКлассификатора>k1</ИдКлассификатора>"
                + "<Наименование>Каталог</Наименование>\n<Товары>\n\(products.joined(separator: "\n"))\n</Товары>"
                + "</Каталог>")
    }

    /// A `Товар`.
    /// - Parameter body: further elements as they are.
    package static func product(
        _ id: String, name: String = "Товар", sku: String? = nil, groups: [String] = [],
        deleted: Bool = false,
        body: String = ""
    ) -> String {
        "<Товар\(deleted ? " Статус=\"Удален\"" : "")><Ид>\(escape(id))</Ид>"
            + (sku.map { "<Артикул>\(escape($0))</Артикул>" } ?? "")
            + "<Наименование>\(escape(name))</Наименование>"
            + (groups.isEmpty
                ? "" : "<Группы>\(groups.map { "<Ид>\(escape($0))</Ид>" }.joined())</Группы>")
            + "\(body)</Товар>"
    }

    /// `offers.xml`: a package of offers.
    package static func offers(
        catalogue: String = "c1", onlyChanges: Bool? = false, writtenAt: String = "2026-03-02T10:00:00",
        priceTypes: [(id: String, currency: String)] = [], warehouses: [String] = [], offers: [String]
    ) -> String {
        let types = priceTypes.map {
            "<ТипЦены><Ид>\($0.id)</Ид><Наименование>\($0.id)</Наименование><Валюта>\($0.currency)</Валюта></ТипЦены>"
        }
        let stores = warehouses.map { "<Склад><Ид>\($0)</Ид><Наименование>\($0)</Наименование></Склад>" }
        return document(
            writtenAt,
            "<ПакетПредложений\(changes(onlyChanges))><Ид>\(catalogue)#</Ид>"
                + "<Наименование>Пакет</Наименование><ИдКаталога>\(catalogue)</ИдКаталога>"
                + (types.isEmpty ? "" : "<ТипыЦен>\(types.joined())</ТипыЦен>")
                + (stores.isEmpty ? "" : "<Склады>\(stores.joined())</Склады>")
                + "\n<Предложения>\n\(offers.joined(separator: "\n"))\n</Предложения></ПакетПредложений>")
    }

    /// A `Предложение`.
    /// - Parameters:
    ///   - prices: type and value; nil leaves `Цены` out.
    ///   - stock: warehouse and quantity.
    package static func offer(
        _ id: String, name: String? = "Товар", prices: [(type: String, value: String)]? = nil,
        stock: [(warehouse: String, quantity: String)] = [], quantity: String? = nil, body: String = ""
    ) -> String {
        let rows = prices?.map {
            "<Цена><ИдТипаЦены>\($0.type)</ИдТипаЦены><ЦенаЗаЕдиницу>\($0.value)</ЦенаЗаЕдиницу></Цена>"
        }
        return "<Предложение><Ид>\(escape(id))</Ид>"
            + (name.map { "<Наименование>\(escape($0))</Наименование>" } ?? "")
            + (rows.map { "<Цены>\($0.joined())</Цены>" } ?? "")
            + (quantity.map { "<Количество>\($0)</Количество>" } ?? "")
            + stock.map { "<Склад ИдСклада=\"\($0.warehouse)\" КоличествоНаСкладе=\"\($0.quantity)\"/>" }
            .joined()
            + "\(body)</Предложение>"
    }

    /// A whole document around `body`.
    package static func document(_ writtenAt: String, _ body: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <КоммерческаяИнформация ВерсияСхемы="2.08" ДатаФормирования="\(writtenAt)">
        \(body)
        </КоммерческаяИнформация>

        """
    }

    private static func changes(_ only: Bool?) -> String {
        only.map { " СодержитТолькоИзменения=\"\($0)\"" } ?? ""
    }

    package static func escape(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
