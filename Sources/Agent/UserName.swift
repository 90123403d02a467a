// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Names of users, for people and for the audit.
package enum UserName {
    /// getpwuid answers in memory that the next call overwrites.
    private static let turn = Mutex(())

    /// A user's name; its number where it has no account.
    package static func of(_ user: UInt32) -> String {
        turn.withLock { _ in
            guard let entry = unsafe getpwuid(user), let name = unsafe entry.pointee.pw_name else {
                return "user \(user)"
            }
            return unsafe String(cString: name)
        }
    }
}
