// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The documents of a CommerceML exchange, as text with places for values:
/// the shape that 1C's site exchange writes (version 2.10).
struct Documents {
    private let shop: Shop
    private let encoding: DocumentEncoding
    private let date: String
    private let product: Template
    private let offer: Template
    // Names and ids as bytes, by their numbers.
    private let nouns: [[UInt8]]
    private let adjectives: [[UInt8]]
    private let model: [UInt8]
    private let article: [UInt8]
    private let brandNames: [[UInt8]]
    private let unitNames: [[UInt8]]

    init(_ shop: Shop, _ encoding: DocumentEncoding, date: String) {
        self.shop = shop
        self.encoding = encoding
        self.date = date
        product = Template(Self.productText(shop), encoding)
        offer = Template(Self.offerText(shop), encoding)
        nouns = Words.nouns.map(encoding.bytes)
        adjectives = Words.adjectives.map(encoding.bytes)
        model = encoding.bytes(" модель ")
        article = encoding.bytes("АРТ-")
        brandNames = shop.brands.map { encoding.bytes($0.name) }
        unitNames = Shop.units.map { encoding.bytes($0.name) }
    }

    func catalogueStart(newClassifier: Bool) -> [UInt8] {
        var groups = shop.groups
        if newClassifier { groups.insert(shop.newGroup, at: 0) }
        let properties = shop.properties.map { property in
            let values = newClassifier ? property.values + [shop.newValue] : property.values
            return """
                \t\t\t<Свойство><Ид>\(property.id.text)</Ид><Наименование>\(property.name)</Наименование>\
                <ТипЗначений>Справочник</ТипЗначений><ВариантыЗначений>
                \(values.map {
                    "\t\t\t\t<Справочник><ИдЗначения>\($0.id.text)</ИдЗначения>"
                        + "<Значение>\($0.name)</Значение></Справочник>\n"
                }.joined())\t\t\t</ВариантыЗначений></Свойство>

                """
        }
        return encoding.bytes(
            head
                + """
                \t<Классификатор>
                \t\t<Ид>\(shop.classifier.text)</Ид>
                \t\t<Наименование>Классификатор (Основной каталог товаров)</Наименование>
                \t\t<Группы>
                \(Self.rows(groups, "Группа"))\t\t</Группы>
                \t\t<Свойства>
                \(properties.joined())\t\t</Свойства>
                \t</Классификатор>
                \t<Каталог СодержитТолькоИзменения="false">
                \t\t<Ид>\(shop.catalogue.text)</Ид>
                \t\t<ИдКлассификатора>\(shop.classifier.text)</ИдКлассификатора>
                \t\t<Наименование>Основной каталог товаров</Наименование>
                \t\t<Товары>

                """)
    }

    var catalogueEnd: [UInt8] {
        encoding.bytes("\t\t</Товары>\n\t</Каталог>\n</КоммерческаяИнформация>\n")
    }

    func offersStart(onlyChanges: Bool) -> [UInt8] {
        encoding.bytes(
            head
                + """
                \t<ПакетПредложений СодержитТолькоИзменения="\(onlyChanges)">
                \t\t<Ид>\(shop.catalogue.text)#</Ид>
                \t\t<Наименование>Пакет предложений</Наименование>
                \t\t<ИдКаталога>\(shop.catalogue.text)</ИдКаталога>
                \t\t<ИдКлассификатора>\(shop.classifier.text)</ИдКлассификатора>
                \t\t<ТипыЦен>
                \(Self.rows(shop.priceTypes, "ТипЦены", then: "<Валюта>RUB</Валюта>"))\t\t</ТипыЦен>
                \t\t<Склады>
                \(Self.rows(shop.warehouses, "Склад"))\t\t</Склады>
                \t\t<Предложения>

                """)
    }

    var offersEnd: [UInt8] {
        encoding.bytes("\t\t</Предложения>\n\t</ПакетПредложений>\n</КоммерческаяИнформация>\n")
    }

    func append(productOf item: Item, to bytes: inout [UInt8]) {
        product.append(to: &bytes) { place, bytes in fill(place, item, &bytes) }
    }

    func append(offerOf item: Item, to bytes: inout [UInt8]) {
        offer.append(to: &bytes) { place, bytes in fill(place, item, &bytes) }
    }

    private func fill(_ place: Template.Place, _ item: Item, _ bytes: inout [UInt8]) {
        switch place {
        case .id: item.id.append(to: &bytes)
        case .folder: item.id.appendFolder(to: &bytes)
        case .article:
            bytes.append(contentsOf: article)
            bytes.append(number: item.index, width: 7)
        case .barcode: bytes.append(number: item.barcode)
        case .name:
            bytes.append(contentsOf: nouns[item.noun])
            bytes.append(0x20)
            bytes.append(contentsOf: adjectives[item.adjective])
            bytes.append(contentsOf: model)
            bytes.append(number: item.model)
        case .unitCode: bytes.append(contentsOf: Shop.units[item.unit].code.utf8)
        case .unitName: bytes.append(contentsOf: unitNames[item.unit])
        case .unitShort: bytes.append(contentsOf: Shop.units[item.unit].short.utf8)
        case .group: shop.groups[item.group].id.append(to: &bytes)
        case .months: bytes.append(number: item.months)
        case .brand: shop.brands[item.brand].id.append(to: &bytes)
        case .brandName: bytes.append(contentsOf: brandNames[item.brand])
        case .value1: shop.properties[0].values[item.values.0].id.append(to: &bytes)
        case .value2: shop.properties[1].values[item.values.1].id.append(to: &bytes)
        case .value3: shop.properties[2].values[item.values.2].id.append(to: &bytes)
        case .weight: bytes.append(grams: item.grams)
        case .retail: bytes.append(cents: item.terms.retail)
        case .wholesale: bytes.append(cents: item.terms.wholesale)
        case .quantity: bytes.append(number: item.terms.quantity)
        case .stock1: bytes.append(number: item.terms.stock.0)
        case .stock2: bytes.append(number: item.terms.stock.1)
        case .stock3: bytes.append(number: item.terms.stock.2)
        }
    }

    private var head: String {
        """
        <?xml version="1.0" encoding="\(encoding.rawValue)"?>
        <КоммерческаяИнформация ВерсияСхемы="2.10" ДатаФормирования="\(date)">

        """
    }

    private static func rows(_ rows: [Shop.Named], _ element: String, then more: String = "") -> String {
        rows.map {
            "\t\t\t<\(element)><Ид>\($0.id.text)</Ид><Наименование>\($0.name)</Наименование>"
                + "\(more)</\(element)>\n"
        }.joined()
    }
}

/// The two records.
extension Documents {
    private static let both = """
        \t\t\t\t<Ид>{id}</Ид>
        \t\t\t\t<Артикул>{article}</Артикул>
        \t\t\t\t<Штрихкод>{barcode}</Штрихкод>
        \t\t\t\t<Наименование>{name}</Наименование>
        \t\t\t\t<БазоваяЕдиница Код="{unitCode}" НаименованиеПолное="{unitName}" \
        МеждународноеСокращение="{unitShort}">шт</БазоваяЕдиница>

        """

    private static func productText(_ shop: Shop) -> String {
        let values = shop.properties.enumerated().map { number, property in
            """
            \t\t\t\t\t<ЗначенияСвойства>
            \t\t\t\t\t\t<Ид>\(property.id.text)</Ид>
            \t\t\t\t\t\t<Значение>{value\(number + 1)}</Значение>
            \t\t\t\t\t</ЗначенияСвойства>

            """
        }
        let notes = [
            ("ВидНоменклатуры", "Товар"), ("ТипНоменклатуры", "Товар"), ("Полное наименование", "{name}"),
            ("Вес", "{weight}"),
        ].map { name, value in
            "\t\t\t\t\t<ЗначениеРеквизита><Наименование>\(name)</Наименование>"
                + "<Значение>\(value)</Значение></ЗначениеРеквизита>\n"
        }
        return """
            \t\t\t<Товар>
            \(both)\
            \t\t\t\t<Группы>
            \t\t\t\t\t<Ид>{group}</Ид>
            \t\t\t\t</Группы>
            \t\t\t\t<Описание>{name}. Надёжная вещь для дома &amp; дачи; гарантия {months} мес., \
            упаковка — картон.</Описание>
            \t\t\t\t<Картинка>import_files/{folder}/{id}_{brand}.jpg</Картинка>
            \t\t\t\t<Изготовитель>
            \t\t\t\t\t<Ид>{brand}</Ид>
            \t\t\t\t\t<Наименование>{brandName}</Наименование>
            \t\t\t\t</Изготовитель>
            \t\t\t\t<ЗначенияСвойств>
            \(values.joined())\t\t\t\t</ЗначенияСвойств>
            \t\t\t\t<СтавкиНалогов>
            \t\t\t\t\t<СтавкаНалога>
            \t\t\t\t\t\t<Наименование>НДС</Наименование>
            \t\t\t\t\t\t<Ставка>20</Ставка>
            \t\t\t\t\t</СтавкаНалога>
            \t\t\t\t</СтавкиНалогов>
            \t\t\t\t<ЗначенияРеквизитов>
            \(notes.joined())\t\t\t\t</ЗначенияРеквизитов>
            \t\t\t</Товар>

            """
    }

    private static func offerText(_ shop: Shop) -> String {
        let prices = zip(shop.priceTypes, ["{retail}", "{wholesale}"]).map { type, value in
            """
            \t\t\t\t\t<Цена>
            \t\t\t\t\t\t<Представление>\(value) RUB за шт</Представление>
            \t\t\t\t\t\t<ИдТипаЦены>\(type.id.text)</ИдТипаЦены>
            \t\t\t\t\t\t<ЦенаЗаЕдиницу>\(value)</ЦенаЗаЕдиницу>
            \t\t\t\t\t\t<Валюта>RUB</Валюта>
            \t\t\t\t\t\t<Единица>шт</Единица>
            \t\t\t\t\t\t<Коэффициент>1</Коэффициент>
            \t\t\t\t\t</Цена>

            """
        }
        let stock = shop.warehouses.enumerated().map { number, warehouse in
            "\t\t\t\t<Склад ИдСклада=\"\(warehouse.id.text)\" КоличествоНаСкладе=\"{stock\(number + 1)}\"/>\n"
        }
        return """
            \t\t\t<Предложение>
            \(both)\
            \t\t\t\t<Цены>
            \(prices.joined())\t\t\t\t</Цены>
            \t\t\t\t<Количество>{quantity}</Количество>
            \(stock.joined())\t\t\t</Предложение>

            """
    }
}
