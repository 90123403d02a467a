// swift-tools-version: 6.2
// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Settings of every target: one language, no warnings.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]
/// Above the cellar nobody can use a raw pointer.
let safe: [SwiftSetting] = common + [.strictMemorySafety()]

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// A module of the house: its folder below `Sources/` and what it may import.
func room(_ name: String, _ path: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting])
    -> Target
{
    .target(name: name, dependencies: dependencies, path: "Sources/\(path)", swiftSettings: settings)
}
func bedrock(_ name: String, pkgConfig: String? = nil) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig)
}
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies + ["TestKit"], path: "Tests/\(name)",
        swiftSettings: common)
}

let package = Package(
    name: "waybill",
    products: [
        .executable(name: "waybill", targets: ["waybill"]),
        .executable(name: "waybill-watch", targets: ["waybill-watch"]),
        .executable(name: "waybill-sim", targets: ["waybill-sim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        // ROOF: programs; they wire and decide nothing.
        .executableTarget(
            name: "waybill",
            dependencies: [
                "Agent", "Applying", "Archiving", "ArchiveStreams", "CatalogueStore", "Claiming", "Databases",
                "Dialects", "Files", "JournalStore", "MediaStore", "Promoting", "Reading", "Records",
                "Settings",
                "Sockets", "SpoolStore", "Threads", "XMLStreams", argumentParser, lifecycle, logging, signals,
                system,
            ], path: "Sources/waybill", swiftSettings: safe),
        .executableTarget(
            name: "waybill-watch", dependencies: ["CInotifyTools"], path: "Sources/waybill-watch",
            swiftSettings: common),
        .executableTarget(
            name: "waybill-sim", dependencies: [argumentParser], path: "Sources/waybill-sim",
            swiftSettings: safe),
        // ATTIC: when and in which order.
        room(
            "Agent", "Agent",
            [
                "Applying", "Archiving", "CatalogueStore", "Claiming", "JournalStore", "MediaStore",
                "Promoting", "Reading",
                "Records", "Settings", "Sockets", "SpoolStore", "Threads", lifecycle, logging, subprocess,
                system,
            ], safe),
        // UPPER: the stations of the flow; they never import each other.
        room(
            "Claiming", "Stations/1-Claiming",
            ["ArchiveStreams", "Files", "Hashing", "Records", "SpoolStore", "TextStreams", system], safe),
        room(
            "Reading", "Stations/2-Reading",
            [
                "ArchiveStreams", "Dialects", "Files", "Hashing", "MediaStore", "Records", "TextStreams",
                "Threads", "XMLStreams", system,
            ], safe),
        room("Applying", "Stations/3-Applying", ["CatalogueStore", "JournalStore", "Records"], safe),
        room("Promoting", "Stations/4-Promoting", ["CatalogueStore", "Files", "Records"], safe),
        room(
            "Archiving", "Stations/7-Archiving",
            ["Files", "Hashing", "JournalStore", "Records", "SpoolStore", system], safe),
        // GROUND: what survives a restart; dialects.
        room("Settings", "Stores/Settings", ["Files", "Records", system, yams], safe),
        room("SpoolStore", "Stores/SpoolStore", ["Files", "Records", system], safe),
        room(
            "CatalogueStore", "Stores/CatalogueStore", ["Databases", "Files", "Hashing", "Records", system],
            safe),
        room("MediaStore", "Stores/MediaStore", ["Databases", "Files", "Hashing", "Records", system], safe),
        room("JournalStore", "Stores/JournalStore", ["Databases", "Records"], safe),
        room("Dialects", "Dialects", ["Records", "XMLStreams"], safe),
        // CELLAR: safe Swift over C and the kernel; pure values.
        room("Databases", "Streams/Databases", ["CDatabases", grdb, sqlite], common),
        room("ArchiveStreams", "Streams/ArchiveStreams", ["CArchive", system], common),
        room("XMLStreams", "Streams/XMLStreams", ["CScan", "CXML2"], common),
        room("TextStreams", "Streams/TextStreams", [], common),
        room("Hashing", "Streams/Hashing", ["CXXHash", crypto], common),
        room("Files", "Streams/Files", ["CFiles", system], common),
        room("Sockets", "Streams/Sockets", [], common),
        room("Threads", "Streams/Threads", [], common),
        room("Records", "Records", [], safe),
        // BEDROCK: C libraries of the system, and a few lines of C.
        bedrock("CXML2", pkgConfig: "libxml-2.0"),
        bedrock("CArchive", pkgConfig: "libarchive"),
        bedrock("CXXHash", pkgConfig: "libxxhash"),
        bedrock("CInotifyTools"),
        .target(name: "CFiles", path: "Sources/C/CFiles"),
        .target(
            name: "CDatabases", path: "Sources/C/CDatabases", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CScan", path: "Sources/C/CScan"),
        // Tests mirror the rooms.
        .target(
            name: "TestKit", dependencies: ["Files", "Records", system], path: "Tests/TestKit",
            swiftSettings: common),
        tests("Agent", ["Agent", "Records", "Settings", "Threads"]),
        tests("Applying", ["Applying", "CatalogueStore", "Databases", "Records"]),
        tests("ArchiveStreams", ["ArchiveStreams"]),
        tests("Archiving", ["Archiving", "Databases", "Files", "JournalStore", "Records", system]),
        tests("Bench", ["waybill", "waybill-watch", "waybill-sim"]),
        tests("CatalogueStore", ["CatalogueStore", "Databases", "Files", "Records", system]),
        tests("Claiming", ["Claiming", "Files", "Hashing", "Records", "SpoolStore", system]),
        tests(
            "CommandLine",
            [
                "waybill", "Agent", "Archiving", "CatalogueStore", "Databases", "Files", "JournalStore",
                "Records", "Sockets",
                "Settings", "SpoolStore", argumentParser, system,
            ]),
        tests("Crash", ["waybill", "waybill-watch"]),
        tests("Databases", ["Databases"]),
        tests("Dialects", ["Dialects", "Records", "TextStreams"]),
        tests("EndToEnd", ["waybill", "waybill-watch"]),
        tests("Files", ["Files", system]),
        tests("Hashing", ["Hashing"]),
        tests("JournalStore", ["Databases", "JournalStore", "Records"]),
        tests("Layering", []),
        tests("MediaStore", ["Databases", "Files", "Hashing", "MediaStore", "Records", system]),
        tests(
            "Promoting", ["Applying", "CatalogueStore", "Databases", "Files", "Promoting", "Records", system]),
        tests("Reading", ["Databases", "Dialects", "Files", "MediaStore", "Reading", "Records", system]),
        tests("Records", ["Records"]),
        tests("Settings", ["Files", "Settings", system]),
        tests("SpoolStore", ["Files", "Records", "SpoolStore", system]),
        tests("TextStreams", ["TextStreams"]),
        tests("Threads", ["Threads"]),
        tests("Watching", ["Agent", "waybill-watch", lifecycle, logging, system]),
        tests("XMLStreams", ["XMLStreams"]),
    ]
)
