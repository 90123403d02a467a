// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CXXHash

/// Version of the libxxhash in use, e.g. `0.8.1`.
package func libxxhashVersion() -> String {
    let number = Int(XXH_versionNumber())
    return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
}
