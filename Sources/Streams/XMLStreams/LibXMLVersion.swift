// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import CXML2

/// Version of the libxml2 that this was built for, e.g. `2.9.14`; the one in
/// use has the same interface.
package func libxmlVersion() -> String { LIBXML_DOTTED_VERSION }
