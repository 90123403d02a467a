// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: GPL-2.0-only

import CInotifyTools
import Glibc

// waybill-watch FOLDER…
//
// Watches folders with everything below them and prints one record an event
// on standard output. It decides nothing: an event means "look now". It ends
// when its standard input is closed, so that it never outlives the agent.
//
// The library comes first: it waits with select(), which can't take a
// descriptor above 1023.
guard inotifytools_initialize() != 0 else {
    let reason = Watcher.words(inotifytools_error())
    for number in CommandLine.arguments.dropFirst().indices {
        Record.error.print(folder: number - 1, Array(reason.utf8))
    }
    exit(1)
}
let folders = CommandLine.unsafeArgv
    .withMemoryRebound(to: UnsafeMutablePointer<CChar>?.self, capacity: Int(CommandLine.argc)) { start in
        (1..<max(1, Int(CommandLine.argc))).compactMap { start[$0].map { bytes(of: $0) } }
    }
guard !folders.isEmpty else {
    complain("usage: waybill-watch FOLDER…")
    exit(64)
}
endWithStandardInput()
var watcher = Watcher(folders)
watcher.run()
