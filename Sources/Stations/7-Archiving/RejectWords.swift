// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// Why a record was refused, in words for the people who send it.
package enum RejectWords {
    /// One sentence without a full stop, with the offending field or value
    /// behind a colon where it is known.
    package static func message(_ code: Reject.Code, _ detail: String, _ language: ReceiptLanguage) -> String
    {
        let words = words(code)[language]
        return detail.isEmpty ? words : "\(words): \(detail)"
    }

    private static func words(_ code: Reject.Code) -> Words {
        switch code {
        case .missingID:
            Words(
                "the record has no id, so nobody can tell what it is about",
                "у записи нет идентификатора (Ид), непонятно, к чему она относится",
                "запис не має ідентифікатора (Ид), незрозуміло, чого він стосується")
        case .badNumber:
            Words(
                "a price or quantity is not a number", "цена или количество не является числом",
                "ціна або кількість не є числом")
        case .badValue:
            Words(
                "a value is not among those allowed here", "недопустимое значение поля",
                "неприпустиме значення поля")
        case .tooLarge:
            Words(
                "the record or one of its fields is larger than the limit",
                "запись или её поле больше допустимого размера",
                "запис або його поле більші за дозволений розмір")
        case .unknownReference:
            Words(
                "the record refers to one that never arrived, and goes on waiting for it",
                "запись ссылается на объект, который так и не пришёл, и продолжает ждать",
                "запис посилається на об'єкт, який так і не надійшов, і чекає далі")
        }
    }

    static let line = Words("line", "строка", "рядок")
    static let offset = Words("byte", "байт", "байт")
    static let noID = Words("without id", "без идентификатора", "без ідентифікатора")
}
