// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Databases
import Foundation
package import Records

extension CountsByKind {
    /// One object a kind, kinds sorted, zero counts left out but `read`.
    package var json: String {
        let parts = kinds.sorted { $0.key < $1.key }.map { kind, counts in
            let members = counts.named.filter { $0.value != 0 || $0.name == "read" }
                .map { "\"\($0.name)\":\($0.value)" }
            return "\"\(kind)\":{\(members.joined(separator: ","))}"
        }
        return "{\(parts.joined(separator: ","))}"
    }

    /// Reads what `json` wrote; unknown members are ignored.
    package init(json: String, path: String) throws(StoreError) {
        guard json != "{}" else {
            self.init()
            return
        }
        let object: [String: [String: Int]]
        do {
            object = try JSONDecoder().decode([String: [String: Int]].self, from: Data(json.utf8))
        } catch {
            throw StoreError(code: 11, message: "counts are not readable: \(json.prefix(80))", path: path)
        }
        self.init(
            object.mapValues { members in
                var counts = Counts()
                counts.read = members["read"] ?? 0
                counts.inserted = members["inserted"] ?? 0
                counts.updated = members["updated"] ?? 0
                counts.markedDeleted = members["marked_deleted"] ?? 0
                counts.unchanged = members["unchanged"] ?? 0
                counts.stale = members["stale"] ?? 0
                counts.rejected = members["rejected"] ?? 0
                counts.waiting = members["waiting"] ?? 0
                counts.repeated = members["repeated"] ?? 0
                counts.empty = members["empty"] ?? 0
                counts.swept = members["swept"] ?? 0
                return counts
            })
    }
}
