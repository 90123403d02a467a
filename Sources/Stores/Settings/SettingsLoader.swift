// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

package import Files
import Foundation
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
                let bytes = try files.readAll(target(path, files), limit: limit)
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    mistakes.append(
                        Mistake(file: path.string, message: "the file is not UTF-8", cure: "save it as UTF-8")
                    )
                    continue
                }
                reader.read(text, file: path.string)
            } catch {
                mistakes.append(mistake(error, path))
            }
        }
        mistakes += reader.mistakes
        let settings = reader.settings
        func place(_ own: String?, _ usual: FilePath) -> FilePath {
            own.map { layout.root.pushing(FilePath($0)).lexicallyNormalized() } ?? usual
        }
        let loaded = LoadedSettings(
            settings: settings, spool: place(settings.paths.spool, layout.spool),
            media: place(settings.paths.media, layout.media),
            store: place(settings.paths.store, layout.store),
            run: place(settings.paths.run, layout.run), origins: reader.origins(layout))
        mistakes += overlaps(loaded, reader.places)
        guard mistakes.isEmpty else { throw Mistakes(list: mistakes) }
        return loaded
    }

    /// Folders that lie in each other: each has modes, marks and sweeps of its
    /// own, and would take the other's files for strays.
    private static func overlaps(_ loaded: LoadedSettings, _ places: [String: Place]) -> [Mistake] {
        let folders = [
            ("paths.spool", loaded.spool), ("paths.media", loaded.media), ("paths.store", loaded.store),
            ("paths.run", loaded.run),
        ]
        var mistakes: [Mistake] = []
        for (index, (key, folder)) in folders.enumerated() {
            for (other, second) in folders.dropFirst(index + 1)
            where folder.starts(with: second) || second.starts(with: folder) {
                // Two defaults never overlap: one of them was set.
                guard let place = places[other] ?? places[key] else { continue }
                mistakes.append(
                    Mistake(
                        file: place.file, line: place.line, column: place.column,
                        message: "`\(key)` (\(folder)) and `\(other)` (\(second)) lie in each other",
                        cure: "give each a folder of its own"))
            }
        }
        return mistakes
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
            for name in try files.list(layout.partners) where !name.string.hasPrefix(".") {
                let path = layout.partners.appending(name)
                if name.string.hasSuffix(".yaml") {
                    paths.append(path)
                } else if name.string.lowercased().hasSuffix(".yml")
                    || name.string.lowercased().hasSuffix(".yaml")
                {
                    mistakes.append(
                        Mistake(
                            file: path.string, message: "only names that end in .yaml are read here",
                            cure: "rename it, or move it away"))
                }
            }
        } catch {
            mistakes.append(mistake(error, error.path))
        }
        return paths
    }

    /// Where a link leads: configuration is often linked from elsewhere, and
    /// no file is opened through a link.
    private static func target(_ path: FilePath, _ files: any FileSystem) throws(FileError) -> FilePath {
        guard try files.status(path).kind == .symbolicLink else { return path }
        // One that leads nowhere is named here.
        _ = try files.statusFollowingLinks(path)
        return FilePath(URL(fileURLWithPath: path.string).resolvingSymlinksInPath().path)
    }

    private static func mistake(_ error: FileError, _ path: FilePath) -> Mistake {
        Mistake(
            file: path.string, message: "can't be read: \(error.reason) (\(error.call))",
            cure: error.cure ?? "")
    }
}
