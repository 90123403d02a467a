// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

/// The texts that are made of the table of keys: the files that `init` and
/// `partner add` write, and the reference.
package enum SampleConfiguration {
    /// `etc/waybill.yaml`: every common key, commented out at its default.
    package static func main() -> String {
        var lines = [
            "# Waybill. Every key stands here at its default; remove the # in front of what you change.",
            "# Durations: 500ms 30s 5m 2h 90d. Sizes: 512MiB 4GiB. Partners: one file each in conf.d/.",
            "# Check with `waybill check-config`; `waybill config show --origin` says what is in force.",
            "# The reference: docs/configuration.md.",
        ]
        var open = ""
        for key in SettingsKeys.common {
            let parts = key.path.split(separator: ".").map(String.init)
            lines.append("")
            lines += wrapped(key.words, "# ")
            let value = key.show(Settings())
            if parts.count == 1 {
                open = ""
                lines.append("# \(key.path): \(value)")
            } else {
                if parts[0] != open { lines.append("# \(parts[0]):") }
                open = parts[0]
                lines.append("#   \(parts[1]): \(value.isEmpty ? defaultPath(key.path) : value)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `etc/conf.d/<name>.yaml`.
    package static func partner(_ name: String) -> String {
        var lines = [
            "# Partner \(name). Remove the # in front of what you change; `waybill check-config` checks.",
            "partners:", "  \(name):",
        ]
        var open = ""
        for key in SettingsKeys.partner {
            let parts = key.path.split(separator: ".").map(String.init)
            if key.path == "time_zone" {
                lines += wrapped(key.words, "    # ")
                lines.append("    time_zone: Europe/Kyiv")
                continue
            }
            lines += wrapped(key.words, "    # ")
            let value = key.show(PartnerSettings())
            if parts.count == 1 {
                lines.append("    # \(key.path): \(value)")
            } else {
                if parts[0] != open { lines.append("    # \(parts[0]):") }
                open = parts[0]
                lines.append("    #   \(parts[1]): \(value)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The tables of docs/configuration.md.
    package static func reference() -> String {
        var lines = ["### Common keys", "", "| key | values | default | meaning |", "|---|---|---|---|"]
        for key in SettingsKeys.common {
            let value = key.show(Settings())
            lines.append(
                "| `\(key.path)` | \(key.kind.words) | `\(value.isEmpty ? defaultPath(key.path) : value)` | \(key.words) |"
            )
        }
        lines += ["", "### Keys of a partner", "", "Below `partners.<name>`.", ""]
        lines += ["| key | values | default | meaning |", "|---|---|---|---|"]
        for key in SettingsKeys.partner {
            lines.append(
                "| `\(key.path)` | \(key.kind.words) | `\(key.show(PartnerSettings()))` | \(key.words) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func defaultPath(_ key: String) -> String {
        switch key {
        case "paths.store": "var/store"
        case "paths.run": "var/run"
        default: String(key.split(separator: ".").last ?? "")
        }
    }

    /// Lines of at most 100 characters.
    private static func wrapped(_ text: String, _ prefix: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, prefix.count + line.count + 1 + word.count > 100 {
                lines.append(prefix + line)
                line = ""
            }
            line += line.isEmpty ? word : " " + word
        }
        return lines + [prefix + line]
    }
}
