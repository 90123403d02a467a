// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A failure of a socket call.
package struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
    package let call: String
    package let errno: CInt
    package let path: String

    package init(call: String, errno: CInt, path: String) {
        self.call = call
        self.errno = errno
        self.path = path
    }

    /// Nobody listens there.
    package var isAbsent: Bool { errno == ENOENT || errno == ECONNREFUSED }

    package var description: String { "\(path): \(call): \(String(cString: strerror(errno)))" }
}

/// One end of a stream of lines over a unix domain socket.
///
/// Calls block; use it on a thread of its own. The descriptor closes with the
/// object.
package final class LineSocket: Sendable {
    private let descriptor: CInt
    private let path: String

    init(descriptor: CInt, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Connects to a listening socket.
    package static func connect(path: String) throws(SocketError) -> LineSocket {
        let descriptor = try makeSocket(path: path)
        let socket = LineSocket(descriptor: descriptor, path: path)
        let result = try withAddress(path) { address, length in Glibc.connect(descriptor, address, length) }
        guard result == 0 else { throw SocketError(call: "connect", errno: errno, path: path) }
        return socket
    }

    /// Writes a line; `\n` is added.
    package func send(_ line: String) throws(SocketError) {
        var bytes = Array(line.utf8)
        bytes.append(10)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress! + sent, buffer.count - sent, CInt(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw SocketError(call: "send", errno: errno, path: path)
            }
            sent += count
        }
    }

    /// Calls `body` with each line until the other end closes or `body`
    /// returns false.
    ///
    /// - Parameter limit: longest line taken, in bytes; a longer one is an
    ///   error (`EMSGSIZE`).
    package func lines(limit: Int = 1 << 20, _ body: (String) -> Bool) throws(SocketError) {
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count < 0 {
                if errno == EINTR { continue }
                throw SocketError(call: "recv", errno: errno, path: path)
            }
            guard count > 0 else { return }
            pending.append(contentsOf: chunk[0..<count])
            while let end = pending.firstIndex(of: 10) {
                let line = String(decoding: pending[0..<end], as: UTF8.self)
                pending.removeSubrange(0...end)
                guard body(line) else { return }
            }
            guard pending.count <= limit else { throw SocketError(call: "recv", errno: EMSGSIZE, path: path) }
        }
    }

    /// The user at the other end, as the kernel knows it.
    package func peerUser() throws(SocketError) -> UInt32 {
        // struct ucred of <sys/socket.h>: pid, uid, gid; Glibc hides it from
        // programs that do not define _GNU_SOURCE.
        var credentials: (pid: Int32, uid: UInt32, gid: UInt32) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
            throw SocketError(call: "getsockopt", errno: errno, path: path)
        }
        return credentials.uid
    }
}

/// A listening unix domain socket; its file goes away with the object.
package final class LineListener: Sendable {
    private let descriptor: CInt
    package let path: String

    /// Binds and listens. A file left by a process that is gone is replaced;
    /// the caller holds the root's lock, so nobody else can be listening.
    ///
    /// - Parameter mode: permission bits; who may connect may command.
    package init(path: String, mode: UInt32 = 0o660) throws(SocketError) {
        let descriptor = try makeSocket(path: path)
        self.descriptor = descriptor
        self.path = path
        unlink(path)
        let old = umask(0o777 & ~mode_t(mode))
        let bound = try withAddress(path) { address, length in bind(descriptor, address, length) }
        let bindErrno = errno
        umask(old)
        guard bound == 0 else { throw SocketError(call: "bind", errno: bindErrno, path: path) }
        guard listen(descriptor, 64) == 0 else { throw SocketError(call: "listen", errno: errno, path: path) }
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// Waits up to `milliseconds` for a caller; nil when none came.
    package func accept(milliseconds: Int32) throws(SocketError) -> LineSocket? {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = Glibc.poll(&poll, 1, milliseconds)
        if ready < 0 && errno != EINTR { throw SocketError(call: "poll", errno: errno, path: path) }
        guard ready > 0 else { return nil }
        let caller = Glibc.accept(descriptor, nil, nil)
        guard caller >= 0 else {
            if errno == EINTR || errno == ECONNABORTED { return nil }
            throw SocketError(call: "accept", errno: errno, path: path)
        }
        return LineSocket(descriptor: caller, path: path)
    }
}

private func makeSocket(path: String) throws(SocketError) -> CInt {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SocketError(call: "socket", errno: errno, path: path) }
    return descriptor
}

private func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
) throws(SocketError) -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8CString)
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
        throw SocketError(call: "bind", errno: ENAMETOOLONG, path: path)
    }
    withUnsafeMutableBytes(of: &address.sun_path) { target in
        bytes.withUnsafeBytes { target.copyMemory(from: $0) }
    }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
