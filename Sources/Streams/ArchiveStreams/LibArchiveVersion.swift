// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CArchive

/// Version of the libarchive in use, e.g. `3.6.2`.
package func libarchiveVersion() -> String {
    let number = Int(archive_version_number())
    return "\(number / 1_000_000).\(number / 1_000 % 1_000).\(number % 1_000)"
}
