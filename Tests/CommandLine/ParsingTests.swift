// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Testing

@testable import waybill

@Suite("Parsing") struct ParsingTests {
    @Test(
        "every verb parses",
        arguments: [
            (["init", "/srv/waybill"], "Init"), (["partner", "add", "shop-2"], "PartnerAdd"),
            (["partner", "adopt", "erp-1c"], "PartnerAdopt"), (["partner", "list"], "PartnerList"),
            (["run"], "Run"), (["run", "--once"], "Run"),
            (["ingest", "a.xml", "--partner", "erp-1c", "--as-of", "now"], "Ingest"),
            (["explain", "a.xml"], "Explain"), (["status"], "Status"), (["queue"], "Queue"),
            (["queue", "catalogue-full"], "Queue"), (["show", "2026", "--changes"], "Show"),
            (["why", "in/a.xml"], "Why"), (["rejects", "2026", "--csv"], "Rejects"),
            (["approve", "2026", "--without-deletes"], "Approve"), (["hold", "a", "b"], "Hold"),
            (["release", "a"], "Release"), (["retry", "a"], "Retry"),
            (["discard", "a", "b", "c"], "Discard"), (["promote"], "Promote"),
            (["promote", "2026"], "Promote"),
            (["find", "DR-650"], "Find"), (["archive", "list"], "ArchiveList"),
            (["archive", "verify", "--partner", "erp-1c"], "ArchiveVerify"),
            (["archive", "restore", "a", "--to", "/tmp"], "ArchiveRestore"),
            (
                [
                    "archive", "prune", "--older-than", "90d", "--max-size", "100G", "--keep-last", "3",
                    "--dry-run",
                ], "ArchivePrune"
            ), (["check-config"], "CheckConfig"), (["config", "show", "--origin"], "ConfigShow"),
            (["doctor"], "Doctor"), (["version"], "VersionVerb"), (["completions", "fish"], "Completions"),
        ])
    func verbs(words: [String], type: String) throws {
        #expect(String(describing: Swift.type(of: try Waybill.parseAsRoot(words))) == type)
    }

    @Test(
        "what can't be meant is a usage error",
        arguments: [
            ["nonsense"], ["queue", "express"], ["show"], ["find", ""], ["discard"], ["completions", "tcsh"],
            ["archive", "prune", "--older-than", "90"], ["archive", "prune", "--keep-last", "0"],
            ["archive", "prune", "--max-size", "big"], ["archive", "list", "--outcome", "eaten"],
            ["partner", "add", "../etc"], ["rejects", "a", "--csv", "--json"],
            ["ingest", "a", "--as-of", "then"],
            ["find", "a", "--limit", "0"], ["status", "--unknown"],
        ])
    func usage(words: [String]) {
        do {
            _ = try Waybill.parseAsRoot(words)
            Issue.record("\(words) was taken")
        } catch {
            #expect(Waybill.exitCode(for: error).rawValue == 64)
        }
    }

    @Test(
        "global options stand before and after the verb",
        arguments: [
            ["--root", "/a", "--json", "--quiet", "queue"], ["queue", "-C", "/a", "--json", "--quiet"],
            ["-C", "/a", "queue", "--json", "--quiet"],
        ])
    func global(words: [String]) throws {
        let verb = try #require(try Waybill.parseAsRoot(words) as? Queue)
        #expect(verb.options.root == "/a")
        #expect(verb.options.json)
        #expect(verb.options.quiet)
        #expect(!verb.options.yes)
    }

    @Test("global options reach verbs of two words", arguments: [0, 1, 2]) func nested(place: Int) throws {
        var words = ["archive", "list"]
        words.insert(contentsOf: ["--root", "/a", "--yes"], at: place)
        let verb = try #require(try Waybill.parseAsRoot(words) as? ArchiveList)
        #expect(verb.options.root == "/a")
        #expect(verb.options.yes)
    }

    @Test("ages and sizes are spelled as in the configuration") func spelling() {
        #expect(AgeArgument(argument: "90d")?.duration == .seconds(90 * 86_400))
        #expect(AgeArgument(argument: "500ms")?.duration == .milliseconds(500))
        #expect(AgeArgument(argument: "-1d") == nil)
        #expect(AgeArgument(argument: "99999999999999999999d") == nil)
        #expect(SizeArgument(argument: "100G")?.bytes == 100 << 30)
        #expect(SizeArgument(argument: "512MiB")?.bytes == 512 << 20)
        #expect(SizeArgument(argument: "9999999999T") == nil)
    }

    @Test("every shell has completions", arguments: ["bash", "zsh", "fish"]) func completions(name: String)
        throws
    {
        let shell = try #require(CompletionShell(rawValue: name))
        let script = Waybill.completionScript(for: shell)
        for verb in ["ingest", "check-config", "prune", "--without-deletes"] {
            #expect(script.contains(name == "fish" ? verb.replacing("--", with: "") : verb))
        }
    }
}
