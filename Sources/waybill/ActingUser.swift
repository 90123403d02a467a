// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import Foundation
import SystemPackage

/// Becomes the user who owns the spool, where root runs the command line.
///
/// A file that root leaves in the spool or the store is one that the agent
/// can't write; so root acts as the agent's user before anything is opened.
enum ActingUser {
    /// Who to become.
    struct Identity: Hashable {
        var user: UInt32
        var group: UInt32
        /// Nil for an owner without an entry in the user database.
        var name: String?
    }

    /// - Parameters:
    ///   - running: the effective user of this process.
    ///   - owner: owner and group of the folder.
    /// - Returns: nil where this process stays who it is.
    static func identity(
        running: UInt32, owner: (user: UInt32, group: UInt32),
        account: (UInt32) -> (name: String, group: UInt32)?
    ) -> Identity? {
        guard running == 0, owner.user != 0 else { return nil }
        if let known = account(owner.user) {
            return Identity(user: owner.user, group: known.group, name: known.name)
        }
        return Identity(user: owner.user, group: owner.group, name: nil)
    }

    /// Changes this process for good: groups first, user last.
    ///
    /// - Parameter folder: the spool; where it is not there yet, the nearest
    ///   folder above it decides.
    /// - Returns: whether this process is another user now.
    /// - Throws: `Failure` where the kernel refuses.
    @discardableResult static func become(ownerOf folder: FilePath) throws -> Bool {
        guard geteuid() == 0, let owner = owner(of: folder),
            let identity = identity(running: 0, owner: owner, account: account)
        else { return false }
        let groups =
            if let name = identity.name {
                unsafe initgroups(name, identity.group)
            } else {
                unsafe setgroups(1, [identity.group])
            }
        guard groups == 0, setgid(identity.group) == 0, setuid(identity.user) == 0 else {
            throw Failure(
                .failed,
                "\(folder) belongs to user \(identity.name ?? String(identity.user)), and this process "
                    + "can't become that user: \(unsafe String(cString: strerror(errno)))",
                cure: "run waybill as that user (sudo -u \(identity.name ?? "#\(identity.user)") waybill …)")
        }
        return true
    }

    /// Owner of a folder or of the nearest one above it that exists.
    static func owner(of folder: FilePath) -> (user: UInt32, group: UInt32)? {
        var path = folder
        while true {
            var found = stat()
            if unsafe stat(path.string, &found) == 0 { return (found.st_uid, found.st_gid) }
            let parent = path.removingLastComponent()
            guard parent != path, !parent.isEmpty else { return nil }
            path = parent
        }
    }

    /// Who runs this program, for the audit: asked before `become`.
    static func caller(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        let name = UserName.of(getuid())
        guard getuid() == 0, let person = environment["SUDO_USER"], !person.isEmpty else { return name }
        return "\(person) (sudo)"
    }

    private static func account(_ user: UInt32) -> (name: String, group: UInt32)? {
        guard let entry = unsafe getpwuid(user), let name = unsafe entry.pointee.pw_name else { return nil }
        return unsafe (String(cString: name), entry.pointee.pw_gid)
    }
}
