// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Records

/// CommerceML 2.02 to 3.1: the exchange format of 1C's site modules
/// (`reference/commerceml.md` 2 to 4).
///
/// Elements are told by their local names and their place, never by namespace
/// or version: both lie (2.2). What no rule names is an extra of its record;
/// only inside rows (the tax of a price) it is left out.
package enum CommerceML {
    package static let name = "commerceml"
    static let root = "КоммерческаяИнформация"

    /// The table made into an automaton, once per process.
    package static let compiled = CompiledMapping(mapping)

    static let mapping = Mapping(
        name: name,
        containers: documentFacts + [
            section("Классификатор", .classifier), section("Каталог", .catalogue),
            section("ПакетПредложений", .offers), section("ИзмененияПакетаПредложений", .offerChanges),
            section("Контрагенты", .customers, merged: true), section("Контейнер", .documents, merged: true),
        ]
            + ["Классификатор", "Каталог", "ПакетПредложений", "ИзмененияПакетаПредложений", "Контрагенты"]
            .flatMap(sectionFacts),
        records: [
            group, property, category, priceType, warehouse, unit, product, offer, customer, document,
        ],
        // UT and the site modules write `commerceml_2` and `commerceml_3`.
        namespaces: ["urn:1C.ru:commerceml_208": .unf, "urn:1C.ru:commerceml_210": .unf])

    // MARK: Outside the records

    private static let documentFacts = [
        fact("@ВерсияСхемы", .version), fact("@ДатаФормирования", .writtenAt),
        fact("@ФорматСуммы", .decimalSeparator),
    ]

    private static func sectionFacts(_ container: String) -> [Mapping.Container] {
        [
            fact("\(container)/Ид", .sectionID), fact("\(container)/ИдКаталога", .catalogue),
            fact("\(container)/ИдКлассификатора", .classifier),
            fact("\(container)/@СодержитТолькоИзменения", .onlyChanges),
            fact("\(container)/СодержитТолькоИзменения", .onlyChanges),
        ]
    }

    private static func fact(_ path: String, _ fact: Mapping.HeadFact) -> Mapping.Container {
        Mapping.Container(path: "\(root)/\(path)", action: .fact(fact))
    }

    private static func section(_ path: String, _ kind: SectionKind, merged: Bool = false)
        -> Mapping.Container
    {
        Mapping.Container(path: "\(root)/\(path)", action: .section(kind, merged: merged))
    }

    private static func paths(_ ends: String...) -> [String] { ends.map { "\(root)/\($0)" } }

    private typealias Rule = Mapping.FieldRule

    /// What objects of every kind bear (3.10, 4.3).
    private static let common = [
        Rule("Ид", .id), Rule("Наименование", .field(.name)), Rule("НомерВерсии", .field(.version)),
        Rule("ПометкаУдаления", .deletion), Rule("Статус", .deletion), Rule("@Статус", .deletion),
    ]

    // MARK: Dictionaries

    private static let group = Mapping.Record(
        kind: .group, paths: paths("Классификатор/Группы/Группа", "Каталог/Группы/Группа"), fields: common,
        nested: "Группы/Группа")

    private static let property = Mapping.Record(
        kind: .property,
        paths: ["Классификатор", "Каталог", "ПакетПредложений"].flatMap { container in
            paths("\(container)/Свойства/Свойство", "\(container)/Свойства/СвойствоНоменклатуры")
        },
        fields: common + [
            Rule("ТипЗначений", .field(.valueType)),
            Rule("ВариантыЗначений/Справочник", .row(.valueRow)),
            Rule("ВариантыЗначений/Справочник/ИдЗначения", .field(.valueID)),
            Rule("ВариантыЗначений/Справочник/Ид", .field(.valueID)),
            Rule("ВариантыЗначений/Справочник/Значение", .field(.valueText)),
            Rule("ВариантыЗначений/Значение", .rowOf(.valueRow, .valueText)),
            Rule("ТипыЗначений/ТипЗначений/Тип", .field(.valueType)),
            Rule("ТипыЗначений/ТипЗначений/ВариантыЗначений/ВариантЗначения", .row(.valueRow)),
            Rule("ТипыЗначений/ТипЗначений/ВариантыЗначений/ВариантЗначения/Ид", .field(.valueID)),
            Rule("ТипыЗначений/ТипЗначений/ВариантыЗначений/ВариантЗначения/Значение", .field(.valueText)),
        ])

    /// UNF's categories: a dictionary that goods refer to by id, kept as the
    /// property of that name.
    private static let category = Mapping.Record(
        kind: .property, paths: paths("Классификатор/Категории"),
        fields: [
            Rule("Категория", .row(.valueRow)), Rule("Категория/Ид", .field(.valueID)),
            Rule("Категория/Наименование", .field(.valueText)),
        ], constants: [.init(field: .id, text: "Категория"), .init(field: .name, text: "Категория")],
        trait: .unf)

    private static let priceType = Mapping.Record(
        kind: .priceType,
        paths: paths(
            "Классификатор/ТипыЦен/ТипЦены", "Каталог/ТипыЦен/ТипЦены", "ПакетПредложений/ТипыЦен/ТипЦены",
            "ИзмененияПакетаПредложений/ТипыЦен/ТипЦены"),
        fields: common + [Rule("Валюта", .field(.currency, .currency))])

    private static let warehouse = Mapping.Record(
        kind: .warehouse,
        paths: paths(
            "Классификатор/Склады/Склад", "Каталог/Склады/Склад", "ПакетПредложений/Склады/Склад",
            "ИзмененияПакетаПредложений/Склады/Склад"),
        fields: common + contacts)

    private static let unit = Mapping.Record(
        kind: .unit, paths: paths("Классификатор/ЕдиницыИзмерения/ЕдиницаИзмерения"),
        fields: common + [
            Rule("НаименованиеКраткое", .field(.name)), Rule("Код", .field(.unitCode)),
            Rule("НаименованиеПолное", .field(.fullUnit)),
            Rule("МеждународноеСокращение", .field(.internationalUnit)),
        ], idFallback: .unitCode)

    /// Lists of a type and a value: each type is an extra of its own.
    private static let contacts = ["Адрес/АдресноеПоле", "Контакты/Контакт"].flatMap { path in
        [
            Rule(path, .namedRow(nil, feeds: [:])), Rule("\(path)/Тип", .rowName(nil)),
            Rule("\(path)/Значение", .rowValue(nil)),
        ]
    }

    // MARK: Goods and offers

    private static let article =
        common + [
            Rule("Штрихкод", .fallback(.barcode)), Rule("Штрихкоды/Штрихкод", .fallback(.barcode)),
            Rule("Артикул", .field(.sku, clears: true)),
            Rule("ПолноеНаименование", .field(.fullName)),
            Rule("БазоваяЕдиница", .unit), Rule("БазоваяЕдиница/@Код", .field(.unitCode)),
            Rule("БазоваяЕдиница/@НаименованиеКраткое", .fallback(.unit)),
            // UT writes the code and the full name only.
            Rule("БазоваяЕдиница/@НаименованиеПолное", .fallback(.unit)),
            Rule("БазоваяЕдиница/Код", .field(.unitCode)), Rule("БазоваяЕдиница/Ид", .field(.unitCode)),
            Rule("БазоваяЕдиница/НаименованиеКраткое", .fallback(.unit)),
            Rule("БазоваяЕдиница/НаименованиеПолное", .fallback(.unit)),
            Rule("Единица", .unit), Rule("Единица/Ид", .field(.unitCode)),
            Rule("Единица/НаименованиеКраткое", .fallback(.unit)),
            Rule("Картинка", .field(.picture)), Rule("Картинка/@Описание", .after(.pictureDescription)),
            Rule("ХарактеристикиТовара/ХарактеристикаТовара", .namedRow(.characteristicRow, feeds: [:])),
            Rule("ХарактеристикиТовара/ХарактеристикаТовара/Ид", .ignore),
            Rule("ХарактеристикиТовара/ХарактеристикаТовара/Наименование", .rowName(.characteristicName)),
            Rule("ХарактеристикиТовара/ХарактеристикаТовара/Значение", .rowValue(.characteristicValue)),
        ]
        + ["ЗначенияСвойств/ЗначенияСвойства", "ЗначенияСвойств/ЗначениеСвойства"].flatMap { row in
            [
                Rule(row, .row(.propertyRow)), Rule("\(row)/Ид", .field(.propertyID)),
                Rule("\(row)/Наименование", .field(.propertyName)),
                Rule("\(row)/Значение", .field(.propertyValue, .propertyValue, clears: true)),
                Rule("\(row)/ИдЗначения", .field(.propertyValueID, .reference)),
            ]
        }

    private static let product = Mapping.Record(
        kind: .product, paths: paths("Каталог/Товары/Товар"),
        fields: article + requisites + taxes + [
            Rule("ИдХарактеристики", .variant),
            Rule("Группы", .list(.group)), Rule("Группы/Ид", .field(.group, .reference)),
            Rule("Категория", .field(.category, .reference)),
            Rule("Описание", .field(.description, clears: true)),
            Rule("Вес", .field(.weight, .decimalOrText)),
            Rule("ТорговаяМарка", .field(.brand)),
            Rule("Изготовитель/Наименование", .fallback(.brand)), Rule("Изготовитель", .fallback(.brand)),
            // A random new one with every export (3.3).
            Rule("Изготовитель/Ид", .ignore),
            Rule("Изготовитель/ОфициальноеНаименование", .ignore),
        ], isCut: true)

    /// Requisites by normalised name (3.6).
    private static let requisites = [
        Rule(
            "ЗначенияРеквизитов/ЗначениеРеквизита",
            .namedRow(
                .requisiteRow,
                feeds: [
                    "полноенаименование": .init(field: .fullName, reading: .text),
                    "вес": .init(field: .weight, reading: .decimal),
                    "вес,кг": .init(field: .weight, reading: .decimal),
                    "торговаямарка": .init(field: .brand, reading: .text),
                    "бренд": .init(field: .brand, reading: .text),
                    "производитель": .init(field: .brand, reading: .text),
                    "изготовитель": .init(field: .brand, reading: .text),
                    "описаниефайла": .init(field: .pictureDescription, reading: .text),
                ])),
        Rule("ЗначенияРеквизитов/ЗначениеРеквизита/Наименование", .rowName(.requisiteName)),
        Rule("ЗначенияРеквизитов/ЗначениеРеквизита/Значение", .rowValue(.requisiteValue)),
    ]

    private static let taxes = [
        Rule(
            "СтавкиНалогов/СтавкаНалога",
            .namedRow(
                nil,
                feeds: [
                    "ндс": .init(field: .vatRate, reading: .decimalOrText),
                    "vat": .init(field: .vatRate, reading: .decimalOrText),
                    "пдв": .init(field: .vatRate, reading: .decimalOrText),
                ])),
        Rule("СтавкиНалогов/СтавкаНалога/Наименование", .rowName(nil)),
        Rule("СтавкиНалогов/СтавкаНалога/Ставка", .rowValue(nil)),
    ]

    private static let offer = Mapping.Record(
        kind: .offer,
        paths: paths(
            "ПакетПредложений/Предложения/Предложение", "ИзмененияПакетаПредложений/Предложения/Предложение"),
        fields: article + requisites + prices + stock + [
            Rule("ИдХарактеристики", .variant),
            Rule("КодЕдиницыИзмерения", .field(.unitCode)),
        ], unmarked: .activeWhenNamed, isCut: true)

    private static let prices = [
        Rule("Цены", .marker(.pricesStated)), Rule("Цены/Цена", .row(.priceRow)),
        Rule("Цены/Цена/ИдТипаЦены", .field(.priceType)),
        Rule("Цены/Цена/ЦенаЗаЕдиницу", .field(.priceValue, .decimal)),
        Rule("Цены/Цена/Валюта", .field(.priceCurrency, .currency)),
        Rule("Цены/Цена/Единица", .field(.priceUnit)),
        Rule("Цены/Цена/Коэффициент", .field(.priceFactor, .decimal)),
        Rule("Цены/Цена/МинКоличество", .field(.priceMinQuantity, .decimal)),
        // Text for people; never parsed.
        Rule("Цены/Цена/Представление", .ignore),
    ]

    /// Every spelling of stock per warehouse (3.4).
    private static let stock =
        [
            Rule("Количество", .field(.quantity, .decimal)),
            Rule("Остатки", .marker(.stockStated)),
            Rule("Остатки/Остаток", .row(.stockRow)),
            // The warehouse's id, or an element around id and quantity.
            Rule("Остатки/Остаток/Склад", .field(.warehouse)),
            Rule("КоличествоНаСкладах", .marker(.stockStated)),
            Rule("ОстаткиПоСкладам", .marker(.stockStated)),
        ]
        + [
            "Склад", "Склады", "Склады/Склад", "Остатки/Склад", "КоличествоНаСкладе",
            "КоличествоНаСкладах/КоличествоНаСкладе", "ОстаткиПоСкладам/ОстатокПоСкладу",
            "ОстаткиПоСкладам/ОстаткиПоСкладу",
        ].flatMap { [Rule($0, .row(.stockRow))] + stockRow($0) }
        + stockRow("Остатки/Остаток") + stockRow("Остатки/Остаток/Склад")

    private static func stockRow(_ row: String) -> [Rule] {
        ["@ИдСклада", "@Ид", "ИдСклада", "Ид"].map { Rule("\(row)/\($0)", .field(.warehouse)) }
            + ["@КоличествоНаСкладе", "@Количество", "КоличествоНаСкладе", "Количество"].map {
                Rule("\(row)/\($0)", .field(.stockQuantity, .decimal))
            }
    }

    // MARK: Known, and read by other stations

    private static let customer = Mapping.Record(
        kind: .customer, paths: paths("Контрагенты/Контрагент", "Классификатор/Контрагенты/Контрагент"),
        fields: common, section: .customers, keepsExtras: false)

    private static let document = Mapping.Record(
        kind: .order, paths: paths("Документ", "Контейнер/Документ"),
        fields: [
            Rule("Ид", .id), Rule("Номер", .field(.name)), Rule("НомерВерсии", .field(.version)),
            Rule("ПометкаУдаления", .deletion),
        ], idFallback: .name, section: .documents, keepsExtras: false)
}
