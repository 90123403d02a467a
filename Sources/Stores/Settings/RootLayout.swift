// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import SystemPackage

/// Where the parts of a root lie before the configuration says otherwise.
package struct RootLayout: Sendable, Hashable {
    /// What relative paths of the configuration are relative to.
    package var root: FilePath
    /// The main configuration file.
    package var main: FilePath
    /// The folder of further files, one a partner.
    package var partners: FilePath
    package var spool: FilePath
    package var media: FilePath
    package var store: FilePath
    package var run: FilePath

    /// A root folder with everything in it.
    package init(root: FilePath) {
        self.root = root
        main = root.appending("etc").appending("waybill.yaml")
        partners = root.appending("etc").appending("conf.d")
        spool = root.appending("spool")
        media = root.appending("media")
        store = root.appending("var").appending("store")
        run = root.appending("var").appending("run")
    }

    /// The system's own: `/etc/waybill`, `/var/spool/waybill`, `/srv/media`,
    /// `/var/lib/waybill`.
    package static var system: RootLayout {
        var layout = RootLayout(root: "/var/lib/waybill")
        layout.main = "/etc/waybill/waybill.yaml"
        layout.partners = "/etc/waybill/conf.d"
        layout.spool = "/var/spool/waybill"
        layout.media = "/srv/media"
        layout.store = "/var/lib/waybill/store"
        layout.run = "/run/waybill"
        return layout
    }

    /// Finds the root: `--root`, else `$WAYBILL_ROOT`, else the current folder
    /// if it holds `etc/waybill.yaml`, else the system's (contract, "Working
    /// root").
    ///
    /// - Parameter config: another main file; `conf.d` lies beside it.
    package static func find(
        root: String?, config: String?, environment: [String: String], current: String,
        exists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) -> RootLayout {
        let here = FilePath(current)
        let named = root ?? environment["WAYBILL_ROOT"].flatMap { $0.isEmpty ? nil : $0 }
        var layout: RootLayout
        if let named {
            layout = RootLayout(root: here.pushing(FilePath(named)).lexicallyNormalized())
        } else if exists(here.appending("etc").appending("waybill.yaml").string) {
            layout = RootLayout(root: here)
        } else {
            layout = .system
        }
        if let config {
            layout.main = here.pushing(FilePath(config)).lexicallyNormalized()
            layout.partners = layout.main.removingLastComponent().appending("conf.d")
        }
        return layout
    }
}
