// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// What `doctor` looks at, gathered by the roof: facts only, no judgement.
package struct DoctorFacts: Sendable {
    /// A volume that Waybill uses.
    package struct Volume: Sendable, Hashable {
        /// `store`, `spool`, `media`.
        package var name: String
        package var path: String
        /// As statfs names it; empty where the folder is not there.
        package var type = ""
        package var isRemote = false
        package var isReadOnly = false
        package var freeBytes: Int64 = 0
        package var totalBytes: Int64 = 0
        package var freeInodes: Int64 = 0
        /// 0 where the volume does not count inodes.
        package var totalInodes: Int64 = 0
        /// What this user may not do there; empty = read and write.
        package var refusal = ""
        /// Why it counts as offline though it is there, with the cure: the
        /// mark of another volume, or none.
        package var offlineReason = ""

        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    package struct Partner: Sendable, Hashable {
        package var name: String
        /// Why its volume is not the one that was marked; empty when online.
        package var offlineReason = ""
        /// Type of the volume of `in/`.
        package var type = ""
        package var isRemote = false
        /// `in/` and `claimed/` lie on one file system: a claim is a rename.
        package var claimsByRename = true
        /// The share's clock minus this machine's, in milliseconds, of a file
        /// just written; nil where none could be written.
        package var clockSkew: Int64?
        /// Permission bits, nil where the folder is missing.
        package var inputMode: UInt32?
        package var outputMode: UInt32?
        /// Folders in `in/`, itself among them: each takes a watch.
        package var folders = 1
        /// What this user may not do in `in/`; empty = take and delete.
        package var refusal = ""

        package init(name: String) { self.name = name }
    }

    package var sqlite = ""
    package var libxml2 = ""
    package var libarchive = ""
    package var volumes: [Volume] = []
    package var partners: [Partner] = []
    package var agentRuns = false
    /// A socket of an agent that is gone.
    package var staleSocket: String?
    /// User and owner of the spool, as numbers.
    package var user: UInt32 = 0
    package var owner: UInt32 = 0
    /// Files of the store that the spool's owner can't write.
    package var foreignFiles: [String] = []
    /// Group of the shop's readers, nil where the configuration names none.
    package var readers: String?
    /// Why they can't reach the store; empty when they can.
    package var readersRefusal = ""
    /// CAP_LEASE of the agent, or of this process where none runs; nil where
    /// `/proc` does not say, and where the agent would have other rights.
    package var mayLease: Bool?
    /// `/proc/sys/fs/inotify`, nil where it can't be read.
    package var maxWatches: Int?
    package var maxInstances: Int?
    package var openFiles = 0
    /// Where `waybill-watch` lies; nil where it is not installed.
    package var watcher: String?
    package var hasUTF8Locale = true
    /// Archive rules in the configuration, in cron or a timer.
    package var retention: [String] = []
    /// Free bytes below which the agent takes nothing in.
    package var minFree: Int64 = 0

    package init() {}
}
