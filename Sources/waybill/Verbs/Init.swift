// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Files
import Foundation
import MediaStore
import Settings
import SpoolStore
import SystemPackage

/// `waybill init`.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a root: folders with READMEs, sample configuration, partner erp-1c.",
        discussion: "Safe to repeat: it makes what is missing and never overwrites.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The root folder; made where it is missing.") var dir: String

    /// The partner that a new root has.
    static let partner = "erp-1c"

    private struct Object: Encodable {
        var root: String
        var made: [String]
    }

    func run() throws {
        try options.reportingAlone { terminal in
            let root = FilePath(URL(fileURLWithPath: dir).path)
            try ActingUser.become(ownerOf: root)
            let made = try make(root)
            try terminal.object(Object(root: root.string, made: made))
            for path in made { terminal.say("made \(path)") }
            if made.isEmpty { terminal.say("\(root) was complete: nothing to make") }
            let here = FileManager.default.currentDirectoryPath == root.string ? "" : " --root \(root)"
            terminal.say(
                """

                Next: set the time zone of its dates in \(root)/etc/conf.d/\(Self.partner).yaml,
                point the export of your 1C at \(root)/spool/partners/\(Self.partner)/in/, then
                    waybill\(here) doctor
                    waybill\(here) run
                """)
            return .result(.done, "")
        }
    }

    /// - Returns: what was made, relative to the root.
    private func make(_ root: FilePath) throws -> [String] {
        let files = RealFileSystem()
        var maker = RootMaker(root: root, files: files)
        try maker.passage(root)
        let layout = RootLayout.find(
            root: root.string, config: options.config, environment: [:], current: root.string)
        try maker.file(layout.main, SampleConfiguration.main())
        try maker.file(
            layout.partners.appending("\(Self.partner).yaml"), SampleConfiguration.partner(Self.partner))
        // The configuration may put each part of the root elsewhere.
        let loaded = try GlobalOptions.load(layout)
        let spool = Spool(root: loaded.spool, files: files)
        for folder in [spool.partners, loaded.media, loaded.store.removingLastComponent()] {
            try maker.passage(folder)
        }
        for folder in SpoolState.allCases.map(spool.folder) + [spool.archive, spool.tmp] {
            try maker.folder(folder)
        }
        for text in RootTexts.all {
            let path = Self.place(text.path, root: root, loaded)
            try maker.file(path, text.text.replacingOccurrences(of: RootTexts.exampleRoot, with: root.string))
        }
        try spool.prepare()
        try maker.watching(spool.partners) { () throws(SpoolError) in
            try spool.addPartner(Self.partner, group: loaded.settings.partner(Self.partner).groupID)
        }
        try maker.watching(loaded.media) { () throws(FileError) in
            try MediaStore.prepareVolume(loaded.media, files: files)
        }
        try maker.folder(loaded.run, mode: 0o2770)
        try maker.folder(loaded.store, mode: 0o2750)
        return maker.made
    }

    /// A text's place, which the configuration may have moved.
    private static func place(_ path: String, root: FilePath, _ loaded: LoadedSettings) -> FilePath {
        var rest = FilePath(path)
        if rest.removePrefix("spool") { return loaded.spool.pushing(rest) }
        if rest.removePrefix("media") { return loaded.media.pushing(rest) }
        return root.pushing(FilePath(path))
    }
}
