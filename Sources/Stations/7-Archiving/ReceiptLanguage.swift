// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The language of what a partner's people read in `receipts/`.
package enum ReceiptLanguage: String, Sendable, Hashable, CaseIterable {
    case en, ru, uk
}

/// One text in every language a receipt can have.
struct Words {
    let en, ru, uk: String

    init(_ en: String, _ ru: String, _ uk: String) {
        self.en = en
        self.ru = ru
        self.uk = uk
    }

    subscript(_ language: ReceiptLanguage) -> String {
        switch language {
        case .en: en
        case .ru: ru
        case .uk: uk
        }
    }
}
