// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Tells systemd how the service is (`sd_notify`, its documented datagram
/// protocol); does nothing where systemd did not start us.
package enum ServiceNotice {
    /// - Parameters:
    ///   - state: `READY=1`, `STOPPING=1` or `STATUS=…`.
    ///   - socket: the value of `NOTIFY_SOCKET`, nil where there is none.
    package static func send(_ state: String, to socket: String?) throws(SocketError) {
        guard let socket, !socket.isEmpty else { return }
        let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(call: "socket", errno: errno, path: socket) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(socket.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SocketError(call: "sendto", errno: ENAMETOOLONG, path: socket)
        }
        // An abstract socket is written with @ for its leading zero byte.
        if name[0] == 64 { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { target in target.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bytes = Array(state.utf8)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL), $0, length)
            }
        }
        guard sent == bytes.count else { throw SocketError(call: "sendto", errno: errno, path: socket) }
    }
}
