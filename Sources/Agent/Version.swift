// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The version of this Waybill.
package enum Version {
    package static let text = "0.1.0"
}

/// This very process.
enum Process {
    static var id: Int32 { getpid() }
}
