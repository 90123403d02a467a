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
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func room(_ name: String, _ path: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting])
    -> Target
{
    .target(name: name, dependencies: dependencies, path: "Sources/\(path)", swiftSettings: settings)
}
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies + ["TestKit"], path: "Tests/\(name)",
        swiftSettings: common)
}

let package = Package(
    name: "waybill",
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        // ATTIC: when and in which order.
        room("Agent", "Agent", ["JournalStore", "Records", "Sockets", "Threads", logging, lifecycle], safe),
        // UPPER: the stations of the flow; they never import each other.
        room("Applying", "Stations/3-Applying", ["CatalogueStore", "JournalStore", "Records"], safe),
        // GROUND: what survives a restart; dialects.
        room("CatalogueStore", "Stores/CatalogueStore", ["Databases", "Records"], safe),
        room("JournalStore", "Stores/JournalStore", ["Databases", "Records"], safe),
        // CELLAR: safe Swift over C and the kernel; pure values.
        room("Databases", "Streams/Databases", [grdb, sqlite], common),
        room("Sockets", "Streams/Sockets", [], common),
        room("Threads", "Streams/Threads", [], common),
        room("Records", "Records", [], safe),
    ]
)
