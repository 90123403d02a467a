// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Dialects
import Records
import Testing

/// Shapes that only some programs write.
@Suite("CommerceML by other programs") struct CommerceMLVariantTests {
    private func offer(_ body: String) throws -> ReadRecord {
        let document = ReadDocument(
            CommerceMLFixtures.offers("<Предложение><Ид>1</Ид>\(body)</Предложение>"))
        return try #require(document.records.first)
    }

    private func product(_ body: String) throws -> ReadRecord {
        let document = ReadDocument(CommerceMLFixtures.goods("<Товар><Ид>1</Ид>\(body)</Товар>"))
        return try #require(document.records.first)
    }

    @Test(
        "a rest and its warehouse, side by side or one in the other",
        arguments: [
            (
                "<Остаток><Склад><Ид>a</Ид></Склад><Количество>7</Количество></Остаток>",
                [["warehouse=a", "stockQuantity=7"]]
            ),
            (
                "<Остаток><ИдСклада>a</ИдСклада><Количество>7</Количество></Остаток>",
                [["warehouse=a", "stockQuantity=7"]]
            ),
            (
                "<Остаток><Количество>7</Количество><Склад>a</Склад></Остаток>",
                [["stockQuantity=7", "warehouse=a"]]
            ),
            (
                "<Остаток><Склад>\n<Ид>a</Ид><Количество>1</Количество></Склад>"
                    + "<Склад><Ид>b</Ид><Количество>2</Количество></Склад></Остаток>",
                [["warehouse=a", "stockQuantity=1"], ["warehouse=b", "stockQuantity=2"]]
            ),
            (
                "<Остаток><Склад ИдСклада=\"a\" КоличествоНаСкладе=\"1\"/></Остаток>"
                    + "<Остаток><Количество>2</Количество></Остаток>",
                [["warehouse=a", "stockQuantity=1"], ["stockQuantity=2"]]
            ),
        ])
    func rests(body: String, rows: [[String]]) throws {
        #expect(try offer("<Остатки>\(body)</Остатки>").rows(.stockRow) == rows)
    }

    @Test("a property by its name alone, and a value by its id alone")
    func properties() throws {
        let record = try product(
            """
            <ЗначенияСвойств>
            <ЗначенияСвойства><Наименование>Длина</Наименование><Значение>1,1</Значение></ЗначенияСвойства>
            <ЗначенияСвойства><Ид>p</Ид><ИдЗначения>v</ИдЗначения></ЗначенияСвойства>
            <ЗначениеСвойства><Ид>q</Ид><Значение>да</Значение></ЗначениеСвойства>
            </ЗначенияСвойств>
            """)
        #expect(
            record.rows(.propertyRow) == [
                ["propertyName=Длина", "propertyValue=1,1"], ["propertyID=p", "propertyValueID=v"],
                ["propertyID=q", "propertyValue=да"],
            ])
        #expect(record.extras.isEmpty)
    }

    @Test(
        "a unit as text, attributes, elements or a code",
        arguments: [
            ("<БазоваяЕдиница>796 </БазоваяЕдиница>", nil, "796"),
            ("<БазоваяЕдиница Код=\"006 \">м</БазоваяЕдиница>", "м", "006"),
            (
                "<БазоваяЕдиница><Код>796</Код><НаименованиеКраткое>шт</НаименованиеКраткое>"
                    + "<НаименованиеПолное>Штука</НаименованиеПолное></БазоваяЕдиница>", "шт", "796"
            ),
            (
                "<Единица><Ид>796</Ид><НаименованиеКраткое>шт</НаименованиеКраткое></Единица>", "шт", "796"
            ),
        ])
    func unit(body: String, name: String?, code: String?) throws {
        let record = try product(body)
        #expect(record.text(.unit) == name && record.text(.unitCode) == code)
    }

    @Test("a manufacturer as text, or as an element with a name")
    func brand() throws {
        #expect(try product("<Изготовитель>Makita</Изготовитель>").text(.brand) == "Makita")
        let named = try product(
            "<Изготовитель>\n<Ид>x</Ид>\n<Наименование>Bosch</Наименование>\n</Изготовитель>")
        #expect(named.text(.brand) == "Bosch" && named.extras.isEmpty)
    }

    @Test("of several barcodes the first is the barcode, the others are kept")
    func barcodes() throws {
        let record = try product("<Штрихкод>1</Штрихкод><Штрихкод/><Штрихкод>2</Штрихкод>")
        #expect(record.texts(.barcode) == ["1"] && record.extras == ["Штрихкод": "2"])
        let listed = try product("<Штрихкоды><Штрихкод>3</Штрихкод><Штрихкод>4</Штрихкод></Штрихкоды>")
        #expect(listed.texts(.barcode) == ["3"] && listed.extras == ["Штрихкоды/Штрихкод": "4"])
    }

    @Test("text where elements are expected is kept")
    func looseText() throws {
        let record = try product("<СтавкиНалогов>20</СтавкиНалогов>")
        #expect(record.extras == ["СтавкиНалогов": "20"])
    }

    @Test("a weight in words is a weight, and no reason to refuse the article")
    func weight() throws {
        let record = try product("<Вес>0,5 кг</Вес>")
        #expect(record.defect == nil && record.text(.weight) == "0,5 кг")
        #expect(try product("<Вес>0,50</Вес>").text(.weight) == "0.5")
    }
}
