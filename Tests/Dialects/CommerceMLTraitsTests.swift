// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records
import Testing

@Suite("CommerceML") struct CommerceMLTraitsTests {
    private typealias Fixtures = CommerceMLFixtures

    // MARK: The document

    @Test("a section knows its catalogue, its classifier and whether it is whole")
    func sections() throws {
        let goods = try Fixtures.read("import").head
        #expect(goods.version == "2.08")
        #expect(goods.namespace == "urn:1C.ru:commerceml_2")
        #expect(goods.writtenAt == "2026-03-02T10:00:00")
        #expect(goods.sections.map(\.kind) == [.classifier, .catalogue])
        #expect(goods.sections.map(\.catalogue) == ["", "c1"])
        #expect(goods.sections.map(\.classifier) == ["k1", "k1"])
        #expect(goods.sections.map(\.onlyChanges) == [nil, false])

        let offers = try Fixtures.read("offers").head
        #expect(offers.sections.map(\.kind) == [.offers])
        #expect(offers.sections.map(\.catalogue) == ["c1"])
        #expect(
            offers.priceTypes == [.init(id: "t1", currency: "RUB"), .init(id: "t2", currency: "USD")])
        #expect(offers.warehouses == ["s1", "s2"])

        // The flag as an element; a catalogue without an id bears its
        // classifier's.
        let old = try Fixtures.read("import_old").head
        #expect(old.sections.map(\.onlyChanges) == [nil, true])
        #expect(old.sections.map(\.catalogue) == ["", "k2"])

        #expect(try Fixtures.read("changes").head.sections.map(\.kind) == [.offerChanges])
        #expect(try Fixtures.read("parts_rests").head.sections.map(\.catalogue) == ["c1"])
    }

    @Test("UNF is told by its namespace or its categories")
    func unf() throws {
        #expect(try Fixtures.read("import_unf").head.isUNF)
        #expect(try !Fixtures.read("import").head.isUNF)
        let byCategories = ReadDocument(
            "<КоммерческаяИнформация><Классификатор><Категории><Категория><Ид>1</Ид></Категория></Категории>"
                + "</Классификатор></КоммерческаяИнформация>")
        #expect(byCategories.head.isUNF)
    }

    @Test("orders and customers are told apart from goods, each with its id")
    func business() throws {
        let document = try Fixtures.read("documents")
        #expect(document.head.sections.map(\.kind) == [.customers, .documents, .catalogue])
        #expect(document.of(.customer).map { $0.text(.id) } == ["cust1"])
        // Without an id an order is known by its number.
        #expect(document.of(.order).map { $0.text(.id) } == ["d1", "0002", "d3"])
        #expect(document.of(.order).map(\.section) == [1, 1, 1])
        // Lines of an order are no goods of the catalogue.
        #expect(document.of(.product).map { $0.text(.id) } == ["t1"])
        #expect(document.of(.product).map(\.section) == [2])
    }

    // MARK: Dictionaries

    @Test("groups nest: each knows its parent, whatever the order of elements")
    func groups() throws {
        let groups = try Fixtures.read("import").of(.group)
        #expect(groups.map { $0.text(.id) } == ["g2", "g3", "g1"])
        #expect(groups.map { $0.text(.parent) } == ["g1", "g1", nil])
        #expect(groups.map { $0.text(.deleted) } == ["false", "true", "false"])
        // The id after the nested groups.
        let late = ReadDocument(
            "<КоммерческаяИнформация><Классификатор><Группы><Группа><Группы><Группа><Ид>b</Ид></Группа></Группы>"
                + "<Ид>a</Ид></Группа></Группы></Классификатор></КоммерческаяИнформация>")
        let known = late.of(.group).map { [$0.text(.id), $0.text(.parent)] }.sorted {
            $0[0] ?? "" < $1[0] ?? ""
        }
        #expect(known == [["a", nil], ["b", "a"]])
    }

    @Test("dictionaries of properties in the new and the old spelling")
    func properties() throws {
        let new = try Fixtures.read("import").of(.property)
        #expect(new.map { $0.text(.name) } == ["Цвет", "Длина"])
        #expect(new.map { $0.text(.valueType) } == ["Справочник", "Число"])
        #expect(
            new[0].rows(.valueRow) == [
                ["valueID=v1", "valueText=Красный"], ["valueID=v2", "valueText=Синий & белый"],
            ])
        let old = try Fixtures.read("import_old").of(.property)
        #expect(old[0].text(.name) == "Размер")
        #expect(old[0].text(.valueType) == "Справочник")
        #expect(old[0].rows(.valueRow) == [["valueID=v1", "valueText=XL"]])
        #expect(old[1].rows(.valueRow) == [["valueText=Лето"], ["valueText=Зима"]])
    }

    @Test("categories, units, price types and warehouses")
    func dictionaries() throws {
        let unf = try Fixtures.read("import_unf")
        #expect(unf.of(.property).map { $0.text(.id) } == ["Категория"])
        #expect(unf.of(.property)[0].texts(.valueText) == ["Инструмент", "Расходники"])
        #expect(unf.of(.product).map { $0.text(.category) } == ["cat1", nil])
        let unit = try #require(unf.of(.unit).first)
        #expect(unit.text(.id) == "796")
        #expect(unit.text(.name) == "шт")
        #expect(unit.text(.fullUnit) == "Штука")
        #expect(unit.text(.internationalUnit) == "PCE")

        let parts = try Fixtures.read("parts_dictionaries")
        #expect(parts.of(.priceType).map { $0.text(.currency) } == ["UAH"])
        #expect(parts.of(.priceType).map { $0.text(.version) } == ["AAAAAAAAAAE="])
        #expect(parts.of(.warehouse).map { $0.text(.deleted) } == ["true"])
        #expect(parts.of(.unit).map { $0.text(.id) } == ["u1"])

        let stores = try Fixtures.read("offers").of(.warehouse)
        #expect(
            stores[0].extras == [
                "Адрес/Представление": "Рига", "Адрес/АдресноеПоле/Город": "Рига",
                "Контакты/Контакт/Почта": "a@example.org",
            ])
    }

    // MARK: Goods

    @Test("a product's fields")
    func product() throws {
        let product = try #require(try Fixtures.read("import").of(.product).first)
        #expect(product.defect == nil)
        #expect(product.text(.id) == "a1000000-0000-4000-8000-000000000001")
        #expect(product.text(.name) == "Шланг 20 м")
        #expect(product.text(.sku) == "ШЛ-20")
        #expect(product.text(.barcode) == "4600000000001")
        #expect(product.text(.unit) == "м")
        #expect(product.text(.unitCode) == "006")
        #expect(product.text(.description) == "Гибкий <b>шланг</b>")
        #expect(product.text(.brand) == "Завод")
        #expect(product.text(.vatRate) == "20")
        #expect(product.text(.fullName) == "Шланг садовый 20 м")
        #expect(product.text(.weight) == "1204.5")
        #expect(product.texts(.group) == ["g2", "g1"])
        #expect(product.text(.deleted) == "false")
        #expect(product.texts(.picture) == ["import_files/a1/one.jpg", "import_files/a1/two.jpg"])
        #expect(product.texts(.pictureDescription) == ["спереди", "сзади"])
        #expect(product.texts(.requisiteName) == ["ВидНоменклатуры", "Полное наименование", "Вес"])
        #expect(
            product.rows(.propertyRow) == [
                ["propertyID=p1", "propertyValue=v1", "propertyValue=v2"],
                ["propertyID=p2", "propertyValue cleared"],
                // The placeholder for "not set".
                ["propertyID=p3", "propertyValue cleared"],
            ])
        #expect(
            product.extras == [
                "БазоваяЕдиница/@НаименованиеПолное": "Метр",
                "БазоваяЕдиница/@МеждународноеСокращение": "MTR",
                "Страна": "Сербия", "ИдСайта": "77", "БитриксПоле/@Тип": "x", "БитриксПоле/Внутри": "глубоко",
            ])
    }

    @Test("a unit is known by its short name, its full one, or its code")
    func unit() {
        let code = #"<БазоваяЕдиница Код="796 " НаименованиеПолное="Штука"/>"#
        let read = { (unit: String) in
            ReadDocument(Fixtures.goods("<Товар><Ид>1</Ид>\(unit)</Товар>")).records[0]
        }
        #expect(read(code).text(.unit) == "Штука")
        #expect(read(code).text(.unitCode) == "796")
        #expect(read("<БазоваяЕдиница>796 </БазоваяЕдиница>").text(.unitCode) == "796")
        #expect(!read("<БазоваяЕдиница>796 </БазоваяЕдиница>").states(.unit))
        #expect(read("<БазоваяЕдиница>шт</БазоваяЕдиница>").text(.unit) == "шт")
    }

    @Test("absent, set and cleared are three things")
    func states() throws {
        let products = try Fixtures.read("import").of(.product)
        #expect(products[1].entries.contains(.clear(.sku)))
        #expect(products[1].entries.contains(.clear(.group)))
        #expect(products[1].entries.contains(.clear(.description)))
        // An empty barcode says nothing.
        #expect(!products[1].states(.barcode))
        #expect(!products[2].states(.sku))
        #expect(!products[2].states(.group))
        #expect(!products[1].states(.picture))
    }

    @Test("marks of deletion as attribute and as element")
    func deletion() throws {
        #expect(try Fixtures.read("import").of(.product)[1].text(.deleted) == "true")
        let old = try Fixtures.read("import_old").of(.product)
        #expect(old.map { $0.text(.deleted) } == ["true", "false", nil])
        let offers = try Fixtures.read("offers").of(.offer)
        #expect(offers[0].text(.deleted) == "false")
        // A row of prices or stock says nothing of the offer itself.
        #expect(!offers[1].states(.deleted))
        #expect(offers[11].text(.deleted) == "true")
        let flag = ReadDocument(
            Fixtures.goods("<Товар><Ид>1</Ид><ПометкаУдаления>true</ПометкаУдаления></Товар>"))
        #expect(flag.records[0].text(.deleted) == "true")
    }

    @Test("ids are texts of any kind; a variant is joined to its item")
    func ids() throws {
        let goods = try Fixtures.read("import").of(.product)
        #expect(goods[1].text(.id) == "36630")
        #expect(
            goods[2].text(.id) == "a1000000-0000-4000-8000-000000000003#b1000000-0000-4000-8000-000000000001")
        #expect(
            goods[2].rows(.characteristicRow) == [["characteristicName=Цвет", "characteristicValue=Синий"]])
        let changes = try Fixtures.read("changes").of(.offer)
        #expect(changes.map { $0.text(.id) } == ["a1#x1", "a1", nil])
        #expect(changes.map(\.defect) == [nil, nil, .missingID])
    }

    // MARK: Offers

    @Test("prices: rows, exact numbers, currencies")
    func prices() throws {
        let offer = try #require(try Fixtures.read("offers").of(.offer).first)
        #expect(offer.count(.pricesStated) == 1)
        #expect(
            offer.rows(.priceRow) == [
                [
                    "priceType=t1", "priceValue=1299.9", "priceCurrency=RUB", "priceUnit=шт", "priceFactor=1",
                    "priceMinQuantity=10",
                ],
                // `ЧРД=.` of the root tells which of the two is the point.
                ["priceType=t2", "priceValue=1234.5"],
            ])
    }

    @Test("prices and stock: not stated, stated and empty, stated")
    func stated() throws {
        let offers = try Fixtures.read("offers").of(.offer)
        #expect(!offers[1].states(.pricesStated))
        #expect(offers[7].states(.pricesStated))
        #expect(offers[7].count(.priceRow) == 0)
        #expect(!offers[7].states(.stockStated))
        // An empty quantity is absent, not zero.
        #expect(!offers[8].states(.quantity))
        #expect(offers[0].text(.quantity) == "-1.5")
        let rests = try Fixtures.read("parts_rests").of(.offer)
        #expect(rests[1].states(.stockStated))
        #expect(rests[1].count(.stockRow) == 0)
    }

    @Test("every spelling of stock per warehouse")
    func stock() throws {
        let offers = try Fixtures.read("offers").of(.offer)
        let rows = offers[1...6].map { $0.rows(.stockRow) }
        #expect(
            Array(rows) == [
                [["warehouse=s1", "stockQuantity=3"]], [["warehouse=s1", "stockQuantity=4"]],
                [["stockQuantity=5"]], [["warehouse=s1", "stockQuantity=6"]],
                [["warehouse=s1", "stockQuantity=7"]], [["warehouse=s1", "stockQuantity=8"]],
            ])
        #expect(offers[1...6].allSatisfy { $0.count(.stockStated) == 1 })
        #expect(
            offers[0].rows(.stockRow) == [
                ["warehouse=s1", "stockQuantity=2"], ["warehouse=s2", "stockQuantity=0"],
            ])
        #expect(
            try Fixtures.read("parts_rests").of(.offer)[0].rows(.stockRow) == [
                ["warehouse=s1", "stockQuantity=0"], ["warehouse=s2", "stockQuantity=1719.25"],
            ])
        #expect(try Fixtures.read("changes").of(.offer)[0].rows(.stockRow).count == 2)
    }

    @Test(
        "numbers as 1C writes them",
        arguments: [
            ("10", "10"), ("010.00", "10"), ("1 719", "1719"), ("1\u{A0}719,50", "1719.5"),
            ("2\u{202F}000,25", "2000.25"), ("-0,5", "-0.5"), (" 7 ", "7"), ("+3", "3"),
            ("123456789012345678901,23", "123456789012345678901.23"),
        ])
    func numbers(written: String, exact: String) {
        let document = ReadDocument(
            Fixtures.offers("<Предложение><Ид>1</Ид><Количество>\(written)</Количество></Предложение>"))
        #expect(document.records.first?.defect == nil)
        #expect(document.records.first?.text(.quantity) == exact)
    }

    @Test("one bad record is a reject, an empty one is empty, the rest goes on")
    func defects() throws {
        let offers = try Fixtures.read("offers").of(.offer)
        #expect(offers.count == 12)
        #expect(offers.map(\.defect).enumerated().filter { $0.element != nil }.map(\.offset) == [9, 10])
        #expect(offers[9].defect == .empty)
        #expect(offers[10].defect == .badNumber)
        #expect(offers[10].text(.id) == "o10")
        #expect(offers[11].text(.id) == "o11")
        #expect(try Fixtures.read("import").of(.product).map(\.defect) == [nil, nil, nil, .missingID])
        #expect(try Fixtures.read("import_old").of(.product).map(\.defect) == [nil, nil, .empty])
    }
}
