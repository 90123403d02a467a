// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser

/// `waybill completions`.
struct Completions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The completion script of a shell, on standard output.",
        discussion: """
            bash: waybill completions bash > /etc/bash_completion.d/waybill
            zsh:  waybill completions zsh > /usr/local/share/zsh/site-functions/_waybill
            fish: waybill completions fish > ~/.config/fish/completions/waybill.fish
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(help: "bash, zsh or fish.") var shell: String

    func validate() throws {
        guard CompletionShell(rawValue: shell) != nil else {
            throw ValidationError("no completions for \(shell); there are some for bash, zsh, fish")
        }
    }

    func run() throws {
        guard let shell = CompletionShell(rawValue: shell) else { return }
        print(Waybill.completionScript(for: shell))
    }
}
