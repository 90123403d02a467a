// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: GPL-2.0-only

import Glibc

/// What is told on standard output.
///
/// A record is `KIND TAB NUMBER TAB TEXT NUL`. NUMBER counts the folders in
/// the order of the arguments, from 0; `-` stands for all of them. TEXT may
/// hold any byte but NUL.
///
/// | kind | text |
/// |---|---|
/// | `ready` | empty: every folder below is watched from now on; look at all of it |
/// | `event` | path below the folder of something that was made, written, closed or moved there |
/// | `new-folder` | path of a folder that is watched from now on; look into it |
/// | `overflow` | empty: events were lost; look at everything |
/// | `gone` | why nothing is seen there any more; a `ready` follows when it is back |
/// | `error` | why events are missing or not to be trusted there |
enum Record: String {
    case ready, event, overflow, gone, error
    case newFolder = "new-folder"

    /// Writes one record; ends the program where nobody reads it.
    func print(folder: Int?, _ text: [UInt8] = []) {
        var record = Array("\(rawValue)\t\(folder.map(String.init) ?? "-")\t".utf8)
        record += text
        record.append(0)
        var done = 0
        while done < record.count {
            let count = record.withUnsafeBytes { all in
                write(STDOUT_FILENO, all.baseAddress?.advanced(by: done), all.count - done)
            }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                exit(1)
            }
        }
    }
}

/// A C string's bytes without its NUL.
func bytes(of start: UnsafePointer<CChar>) -> [UInt8] {
    UnsafeRawBufferPointer(start: start, count: strlen(start)).map { $0 }
}

/// A line on standard error.
func complain(_ text: String) {
    let line = Array("waybill-watch: \(text)\n".utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Ends the program as soon as standard input is closed.
///
/// A thread of its own: the library's wait can't be told of another
/// descriptor, and `PR_SET_PDEATHSIG` follows the parent's thread, not the
/// parent.
func endWithStandardInput() {
    var thread = pthread_t()
    let failure = pthread_create(
        &thread, nil,
        { _ in
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { _exit(0) }
            }
        }, nil)
    guard failure == 0 else {
        complain("no thread for standard input: \(String(cString: strerror(failure)))")
        exit(1)
    }
}
