// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
package import SystemPackage

/// The configuration of a root: checked values and where each came from.
package struct LoadedSettings: Sendable, Hashable {
    package var settings: Settings
    package var spool: FilePath
    package var media: FilePath
    package var store: FilePath
    package var run: FilePath
    /// Every key, common ones first, then partner by partner.
    package var origins: [Origin]

    package struct Origin: Sendable, Hashable {
        package var key: String
        package var value: String
        package var defaultValue: String
        /// `default`, or file and line.
        package var origin: String
    }
}

/// Reads `waybill.yaml` and `conf.d/*.yaml`.
package enum SettingsLoader {
    /// Largest configuration file taken, in bytes.
    private static let limit = 1 << 20

    /// - Throws: every mistake of every file at once.
    package static func load(_ layout: RootLayout, files: any FileSystem) throws(Mistakes) -> LoadedSettings {
        var mistakes: [Mistake] = []
        var reader = SettingsReader()
        for path in sources(layout, files, &mistakes) {
            do {
                let bytes = try files.readAll(path, limit: limit)
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    mistakes.append(
                        Mistake(file: path.string, message: "the file is not UTF-8", cure: "save it as UTF-8")
                    )
                    continue
                }
                reader.read(text, file: path.string)
            } catch {
                mistakes.append(Mistake(file: path.string, message: "\(error)"))
            }
        }
        mistakes += reader.mistakes
        guard mistakes.isEmpty else { throw Mistakes(list: mistakes) }
        let settings = reader.settings
        func place(_ own: String?, _ usual: FilePath) -> FilePath {
            own.map { layout.root.pushing(FilePath($0)).lexicallyNormalized() } ?? usual
        }
        return LoadedSettings(
            settings: settings, spool: place(settings.paths.spool, layout.spool),
            media: place(settings.paths.media, layout.media),
            store: place(settings.paths.store, layout.store),
            run: place(settings.paths.run, layout.run), origins: reader.origins(layout))
    }

    /// The main file, then those of `conf.d` in the order of their names.
    private static func sources(
        _ layout: RootLayout, _ files: any FileSystem, _ mistakes: inout [Mistake]
    ) -> [FilePath] {
        var paths: [FilePath] = []
        do {
            guard try files.exists(layout.main) else {
                mistakes.append(
                    Mistake(
                        file: layout.main.string, message: "there is no configuration",
                        cure: "waybill init DIR makes a root; --root DIR or $WAYBILL_ROOT names one"))
                return []
            }
            paths.append(layout.main)
            guard try files.exists(layout.partners) else { return paths }
            for name in try files.list(layout.partners)
            where name.string.hasSuffix(".yaml") && !name.string.hasPrefix(".") {
                paths.append(layout.partners.appending(name))
            }
        } catch {
            mistakes.append(Mistake(file: error.path.string, message: "\(error)"))
        }
        return paths
    }
}
