// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// One room of the house: a folder that is one module, and what it may import.
struct Room: Sendable {
    /// Folder below `Sources/`.
    let path: String
    /// Modules of the house, its bedrock and its libraries that it may import.
    let may: Set<String>
    /// Why no more than that; shown with every finding.
    let reason: String

    /// The module's name: the last folder without its number.
    var module: String {
        let folder = path.split(separator: "/").last.map(String.init) ?? path
        guard let dash = folder.firstIndex(of: "-"), folder[..<dash].allSatisfy(\.isNumber) else {
            return folder
        }
        return String(folder[folder.index(after: dash)...])
    }
}

/// The table of floors, from roof to bedrock (docs/ARCHITECTURE.md, section 1).
enum Floors {
    /// Modules that come with the toolchain or hold only plain values: any
    /// room but `Records` and the side processes may use them.
    static let common: Set<String> = [
        "Swift", "Synchronization", "Foundation", "FoundationEssentials", "Glibc", "RegexBuilder",
    ]

    private static let stores: Set<String> = [
        "Settings", "SpoolStore", "CatalogueStore", "MediaStore", "JournalStore",
    ]
    private static let stations: Set<String> = [
        "Claiming", "Reading", "Applying", "Promoting", "Ordering", "Rendering", "Archiving",
    ]
    private static let streams: Set<String> = [
        "Files", "Hashing", "XMLStreams", "ArchiveStreams", "TextStreams", "Databases", "Threads", "Sockets",
    ]
    private static let station = stores.union(["Records", "Threads", "Files", "Hashing", "SystemPackage"])
    private static let store: Set<String> = [
        "Records", "Databases", "Files", "Hashing", "Threads", "SystemPackage",
    ]

    private static let stationReason =
        "a station imports stores, values and the cellar its work needs, never another station"
    private static let storeReason =
        "a store imports values and the cellar, never another store: the stations bring them together"
    private static let streamReason =
        "a stream wraps its own C module or library and knows nothing of Waybill"

    static let rooms: [Room] = [
        // ROOF
        Room(
            path: "waybill",
            may: stations.union(stores).union(streams).union([
                "Agent", "Console", "Dialects", "Records", "ArgumentParser", "Logging", "ServiceLifecycle",
                "SystemPackage", "UnixSignals",
            ]),
            reason: "the roof wires what lies below; C stays in its own rooms"),
        Room(
            path: "waybill-watch", may: ["CInotifyTools"],
            reason: "its own process under GPL-2.0-only: it links its C module and the standard library only"),
        Room(
            path: "waybill-render", may: ["CVips"],
            reason: "its own disposable process: it links its C module and the standard library only"),
        Room(
            path: "waybill-sim", may: ["Records", "Files", "ArgumentParser"],
            reason: "a simulated partner sees only files"),
        // ATTIC
        Room(
            path: "Agent",
            may: stations.union(stores).union([
                "Records", "Threads", "Sockets", "SystemPackage", "Logging", "ServiceLifecycle", "Subprocess",
            ]),
            reason: "the agent says when and in which order; it opens no file and no database itself"),
        Room(
            path: "Console", may: stores.union(["Records"]),
            reason: "the console reads stores, and asks the agent to act"),
        // UPPER
        Room(
            path: "Stations/1-Claiming", may: station.union(["ArchiveStreams", "TextStreams"]),
            reason: stationReason),
        Room(
            path: "Stations/2-Reading",
            may: station.union(["ArchiveStreams", "XMLStreams", "TextStreams", "Dialects"]),
            reason: stationReason),
        Room(path: "Stations/3-Applying", may: station, reason: stationReason),
        Room(path: "Stations/4-Promoting", may: station, reason: stationReason),
        Room(path: "Stations/5-Ordering", may: station.union(["Dialects"]), reason: stationReason),
        Room(path: "Stations/6-Rendering", may: station, reason: stationReason),
        Room(path: "Stations/7-Archiving", may: station.union(["ArchiveStreams"]), reason: stationReason),
        // GROUND
        Room(
            path: "Stores/Settings", may: ["Records", "Files", "Yams", "SystemPackage"],
            reason: "only Settings knows YAML; the other stores take checked values"),
        Room(path: "Stores/SpoolStore", may: store, reason: storeReason),
        Room(path: "Stores/CatalogueStore", may: store, reason: storeReason),
        Room(path: "Stores/MediaStore", may: store, reason: storeReason),
        Room(path: "Stores/JournalStore", may: store, reason: storeReason),
        Room(
            path: "Dialects", may: ["Records", "XMLStreams", "TextStreams"],
            reason: "a dialect turns bytes into records: no file access, no store"),
        // CELLAR
        Room(path: "Streams/Files", may: ["CFiles", "SystemPackage"], reason: streamReason),
        Room(path: "Streams/Hashing", may: ["CXXHash", "Crypto"], reason: streamReason),
        Room(path: "Streams/XMLStreams", may: ["CScan", "CXML2"], reason: streamReason),
        Room(path: "Streams/ArchiveStreams", may: ["CArchive", "SystemPackage"], reason: streamReason),
        Room(path: "Streams/TextStreams", may: [], reason: streamReason),
        Room(path: "Streams/Databases", may: ["CDatabases", "GRDB", "GRDBSQLite"], reason: streamReason),
        Room(path: "Streams/Threads", may: [], reason: streamReason),
        Room(path: "Streams/Sockets", may: [], reason: streamReason),
        Room(path: "Records", may: [], reason: "Records holds pure values and imports nothing of ours"),
    ]

    /// Each module of bedrock and the one room where it may be imported.
    static let bedrock: [String: String] = [
        "CArchive": "Streams/ArchiveStreams", "CXXHash": "Streams/Hashing", "CXML2": "Streams/XMLStreams",
        "CDatabases": "Streams/Databases", "CFiles": "Streams/Files", "CScan": "Streams/XMLStreams",
        "CInotifyTools": "waybill-watch",
        "CVips": "waybill-render",
    ]

    /// Rooms that may not even use Foundation, with what they may use.
    static let bare: [String: Set<String>] = [
        "Records": ["Swift"],
        "waybill-watch": ["Swift", "Synchronization", "Glibc"],
        "waybill-render": ["Swift", "Synchronization", "Glibc"],
    ]

    /// Folders of `Sources/` under GPL-2.0-only; everything else is Apache-2.0.
    static let copyleft = ["waybill-watch", "C/CInotifyTools"]
    /// Folders where raw pointers may stand.
    static let pointerRooms = ["Streams", "waybill-watch", "waybill-render", "C"]

    /// The room that holds a file, by its path below `Sources/`.
    static func room(of path: String) -> Room? {
        rooms.first { path.hasPrefix($0.path + "/") }
    }
}
