// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// A changing command that was done: who, when, and what it changed.
package struct AuditEntry: Hashable, Sendable {
    package var at: Timestamp
    package var who: String
    /// The verb, such as `approve` or `partner adopt`.
    package var command: String
    /// Id of the package it was about, the first where there were several.
    package var package: String?
    /// State before and after, in the verb's own words; may be empty.
    package var before: String
    package var after: String
}
