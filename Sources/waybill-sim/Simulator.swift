// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// The command line of the simulated partner.
@main
struct Simulator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill-sim",
        abstract: "A simulated partner: makes catalogue exchanges of any size, with a ledger to check by.",
        subcommands: [Make.self])
}

struct Make: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes an exchange of a seed: the same seed and options give the same bytes.",
        discussion: """
            Without --small: import.xml, offers.xml (about 3.0 and 1.8 KB a product) and ledger.json. \
            What stands in OUT under these names is replaced.
            """)

    @Argument(help: "Folder to write into; made where it is missing.") var out: String
    @Option(help: "Number of products; each has one offer, two prices, three warehouses.")
    var products: Int
    @Option(help: "What everything is drawn from.") var seed: UInt64 = 1
    @Option(help: "Number of groups.") var groups = 400
    @Option(
        help: "Share of offers (0 to 1) whose price and stock differ from the seed's first edition.")
    var changed = 0.0
    @Option(help: "Time of the export; another one makes other bytes of the same content.")
    var date = "2026-11-20T02:15:00"
    @Flag(help: "One group and one property value more.") var newClassifier = false
    @Option(help: "utf-8 or windows-1251.") var encoding = DocumentEncoding.utf8
    @Flag(help: "Both documents in one exchange.zip instead (needs the program zip).") var zip = false
    @Option(help: "So many partial packages of one offer each instead, offers_000001.xml and so on.")
    var small: Int?
    @Option(help: "Of --small: another round brings other prices.") var round = 1

    func validate() throws {
        guard products > 0, products < 10_000_000 else {
            throw ValidationError("--products is a number from 1 to 9999999.")
        }
        guard groups > 0 else { throw ValidationError("--groups is at least 1.") }
        guard (0...1).contains(changed) else { throw ValidationError("--changed is a share from 0 to 1.") }
        guard date.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/) != nil else {
            throw ValidationError("--date is a time like 2026-11-20T02:15:00.")
        }
        guard (1...1_000_000).contains(round) else { throw ValidationError("--round is at least 1.") }
        if let small {
            guard (1...min(products, 999_999)).contains(small) else {
                throw ValidationError("--small is at least 1 and at most the number of products.")
            }
            guard !zip, !newClassifier else {
                throw ValidationError("--small goes with neither --zip nor --new-classifier.")
            }
        }
    }

    func run() throws {
        let maker = try ExchangeMaker(
            ExchangeOrder(
                products: products, seed: seed, groups: groups, changed: changed, date: date,
                newClassifier: newClassifier, encoding: encoding), in: out)
        if let small {
            try maker.small(small, round: round)
        } else {
            try maker.full()
            if zip { try maker.pack() }
        }
    }
}
