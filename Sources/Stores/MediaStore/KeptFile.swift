// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Records

/// What `keep` has made durable.
package struct KeptFile: Hashable, Sendable {
    /// 64 hexadecimal digits, lower case; the blob's name.
    package let sha256: String
    /// Bytes.
    package let size: Int64
    /// This call wrote the blob; false where it was there already.
    package let isNew: Bool
}

/// One row of `delivered`: a partner sent these bytes under this path.
package struct DeliveredFile: Hashable, Sendable {
    package let partner: String
    package let path: String
    package let sha256: String
    package let package: PackageID
    package let exchange: String
    /// Bytes.
    package let size: Int64
    package let at: Timestamp
}

/// How much the store holds.
package struct MediaCounts: Hashable, Sendable {
    /// Different contents.
    package let blobs: Int64
    /// Their bytes, each content once.
    package let bytes: Int64
    /// Deliveries.
    package let rows: Int64
}
