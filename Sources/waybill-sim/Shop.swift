// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What one seed stands for: dictionaries, and any number of products with
/// their offers. Every item is drawn for itself, so the millionth one is as
/// near as the first.
struct Shop {
    struct Named {
        let id: Ident
        let name: String
    }
    struct Property {
        let id: Ident
        let name: String
        let values: [Named]
    }
    struct Unit {
        let code: String
        let name: String
        let short: String
    }

    let seed: UInt64
    /// Share of the offers that differ from the seed's first edition.
    let changed: Double

    let classifier: Ident
    let catalogue: Ident
    let groups: [Named]
    let properties: [Property]
    let brands: [Named]
    /// Retail first.
    let priceTypes: [Named]
    let warehouses: [Named]
    /// What a new edition of the classifier adds.
    let newGroup: Named
    let newValue: Named

    static let units = [
        Unit(code: "796", name: "Штука", short: "PCE"), Unit(code: "166", name: "Килограмм", short: "KGM"),
        Unit(code: "006", name: "Метр", short: "MTR"),
    ]

    init(seed: UInt64, groups: Int, changed: Double) {
        self.seed = seed
        self.changed = changed
        var dice = Dice(seed: seed, use: .dictionaries)
        classifier = dice.ident()
        catalogue = dice.ident()
        newGroup = Named(id: dice.ident(), name: "Новый раздел")
        newValue = Named(id: dice.ident(), name: "новое значение")
        properties = ["Цвет", "Материал", "Страна"].map { name in
            let first = dice.below(Words.adjectives.count)
            return Property(
                id: dice.ident(), name: name,
                values: (0..<12).map {
                    let word = Words.adjectives[(first + $0) % Words.adjectives.count]
                    return Named(id: dice.ident(), name: word)
                })
        }
        brands = (0..<200).map { Named(id: dice.ident(), name: "Завод №\($0)") }
        priceTypes = ["Розничная", "Оптовая"].map { Named(id: dice.ident(), name: $0) }
        warehouses = ["Основной склад", "Склад магазина", "Транзит"].map {
            Named(id: dice.ident(), name: $0)
        }
        // Last, so that their number moves nothing else.
        self.groups = (0..<groups).map { number in
            let word = Words.adjectives[dice.below(Words.adjectives.count)]
            return Named(
                id: dice.ident(), name: "\(word.prefix(1).uppercased() + word.dropFirst()) раздел \(number)")
        }
    }

    /// The product and offer with this number.
    func item(_ index: Int) -> Item {
        var dice = Dice(seed: seed, use: .item, index: UInt64(index))
        var item = Item(index: index, id: dice.ident())
        item.noun = dice.below(Words.nouns.count)
        item.adjective = dice.below(Words.adjectives.count)
        item.model = dice.from(100..<9_999)
        item.group = dice.below(groups.count)
        item.brand = dice.below(brands.count)
        item.unit = dice.chance(0.9) ? 0 : dice.below(Self.units.count)
        item.values = (dice.below(12), dice.below(12), dice.below(12))
        item.months = dice.from(6..<60)
        item.grams = dice.from(50..<90_000)
        item.terms = Self.terms(&dice)
        var change = Dice(seed: seed, use: .change, index: UInt64(index))
        if change.chance(changed) {
            item.isChanged = true
            item.terms.retail = (item.terms.retail * 107 + 50) / 100
            item.terms.stock.0 += 1
        }
        return item
    }

    /// Another price and stock for an item: what a small package brings.
    func terms(of index: Int, round: Int) -> Terms {
        var dice = Dice(seed: seed &+ UInt64(round), use: .small, index: UInt64(index))
        return Self.terms(&dice)
    }

    private static func terms(_ dice: inout Dice) -> Terms {
        Terms(
            retail: dice.from(100..<9_000_000),
            stock: (dice.below(200), dice.below(200), dice.below(200)))
    }
}

/// Price and stock of an offer.
struct Terms {
    /// In hundredths.
    var retail: Int
    var stock: (Int, Int, Int)

    var wholesale: Int { (retail * 8 + 5) / 10 }
    var quantity: Int { stock.0 + stock.1 + stock.2 }
}

/// One product with its offer; words and dictionary rows by their numbers.
struct Item {
    let index: Int
    let id: Ident
    var noun = 0
    var adjective = 0
    var model = 0
    var group = 0
    var brand = 0
    var unit = 0
    var values = (0, 0, 0)
    var months = 0
    var grams = 0
    var terms = Terms(retail: 0, stock: (0, 0, 0))
    /// Whether the offer differs from the seed's first edition.
    var isChanged = false

    init(index: Int, id: Ident) {
        self.index = index
        self.id = id
    }

    var barcode: Int { 4_600_000_000_000 + index }
    var article: String {
        let digits = String(index)
        return "АРТ-" + String(repeating: "0", count: max(0, 7 - digits.count)) + digits
    }
    var name: String { "\(Words.nouns[noun]) \(Words.adjectives[adjective]) модель \(model)" }
}

/// What names are made of.
enum Words {
    static let nouns = list(
        """
        Кресло Стол Лампа Диван Шкаф Полка Ковёр Зеркало Комод Тумба Кровать Матрас Подушка Одеяло Плед \
        Штора Карниз Обои Краска Кисть Дрель Молоток Отвёртка Перфоратор Шуруповёрт Рубанок Лобзик Стамеска \
        Уровень Рулетка Смеситель Раковина Ванна Душ Унитаз Бойлер Кабель Розетка Выключатель Автомат Щиток \
        Счётчик Насос Фильтр Труба Муфта Тройник Кран Вентиль Редуктор
        """)
    static let adjectives = list(
        """
        белый чёрный красный синий зелёный серый бежевый дубовый сосновый стальной медный латунный матовый \
        глянцевый большой малый узкий широкий складной угловой настенный напольный детский офисный садовый
        """)

    private static func list(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
