# SPDX-FileCopyrightText: The Waybill developers
# SPDX-License-Identifier: Apache-2.0
"""The table: one row a case, on the terminal and in docs/BENCHMARKS.md."""
import datetime
import os
import platform
import sqlite3
import subprocess
import unicodedata

HEADS = ("case", "Waybill", "peers", "ratio", "goal", "verdict")


class Row:
    def __init__(self, title, figure, peers="", ratio="", goal="", is_met=None):
        self.cells = [title, figure, peers, ratio, goal]
        self.is_met = is_met

    @staticmethod
    def against_peers(title, seconds, peers, goal):
        """Goal: a fraction of the faster peer."""
        listed = ", ".join(f"{name} {short(s)}" for name, s in peers.items())
        if not peers:
            return Row(title, short(seconds), "none", "", f"≤ 1/{goal} of the faster peer" if goal else "")
        fastest = min(peers.values())
        ratio = f"1/{fastest / seconds:.1f}"
        if goal is None:
            return Row(title, short(seconds), listed, ratio)
        return Row(title, short(seconds), listed, ratio, f"≤ 1/{goal} of the faster peer",
                   seconds * goal <= fastest)

    @staticmethod
    def against(title, seconds, tool, of_tool, goal):
        """Goal: a multiple of a tool of the system."""
        return Row(title, short(seconds), f"{tool} {short(of_tool)}", f"{seconds / of_tool:.1f} ×",
                   f"≤ {goal} × {tool}", seconds <= goal * of_tool)

    @staticmethod
    def rate(title, rate, peers, goal):
        listed = ", ".join(f"{name} {r:,.0f}/s" for name, r in peers.items())
        ratio = f"{rate / max(peers.values()):.2f} ×" if peers else ""
        return Row(title, f"{rate:,.0f}/s", listed, ratio, f"≥ {goal:,}/s" if goal else "",
                   rate >= goal if goal else None)

    @staticmethod
    def waits(title, waits, goal):
        if not waits:
            return Row(title, "none seen", "", "", f"p99 ≤ {goal * 1000:.0f} ms", False)
        waits = sorted(waits)
        p50, p99 = waits[len(waits) // 2], waits[min(len(waits) - 1, len(waits) * 99 // 100)]
        figure = f"p50 {p50 * 1000:.0f}, p99 {p99 * 1000:.0f}, max {waits[-1] * 1000:.0f} ms ({len(waits)})"
        return Row(title, figure, "", "", f"p99 ≤ {goal * 1000:.0f} ms", p99 <= goal)

    @staticmethod
    def longest(title, waits, goal):
        figure = f"{max(waits):.2f} s ({len(waits)} waited)" if waits else "nobody waited"
        return Row(title, figure, "", "", f"≤ {goal} s", not waits or max(waits) <= goal)

    @staticmethod
    def limit(title, value, unit, goal):
        figure = f"{value:.2f} {unit}" if unit == "s" else f"{value:.0f} {unit}"
        return Row(title, figure, "", "", f"≤ {goal} {unit}" if goal else "",
                   value <= goal if goal else None)

    def all(self, is_judged):
        if self.is_met is None:
            return [*self.cells, ""]
        return [*self.cells, ("met" if self.is_met else "missed") if is_judged else "not judged"]


def short(seconds):
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def table(rows, heads):
    """Columns that line up, as Markdown has them."""
    cells = [list(heads)] + [[str(c) for c in row] for row in rows]
    widths = [max(width(row[i]) for row in cells) for i in range(len(heads))]

    def line(row):
        return "| " + " | ".join(c + " " * (w - width(c)) for c, w in zip(row, widths)) + " |"

    return "\n".join([line(cells[0]), "|" + "|".join("-" * (w + 2) for w in widths) + "|",
                      *map(line, cells[1:])])


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def said(*command):
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "not installed"
    return answer.stdout.strip() or answer.stderr.strip()


def field(path, name):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(name):
                return line.split(":", 1)[1].strip()
    return "unknown"


def machine(bench, peers):
    """What the figures were taken on, line by line."""
    options = bench.options
    here = os.path.dirname(os.path.abspath(__file__))
    commit = said("git", "-C", here, "rev-parse", "--short=12", "HEAD")
    if said("git", "-C", here, "status", "--porcelain", "--untracked-files=no"):
        commit += ", with changes"
    disk = said("findmnt", "-n", "-o", "FSTYPE,SOURCE", "-T", bench.folder)
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return [
        ("date", datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("commit", commit),
        ("size", f"{options.products:,} products, seed {options.seed}"),
        ("processor", f'{field("/proc/cpuinfo", "model name")}, {len(os.sched_getaffinity(0))} cores'),
        ("memory", f'{int(field("/proc/meminfo", "MemTotal").split()[0]) / 1e6:.1f} GB'),
        ("disk", " ".join(disk.split())),
        ("kernel", platform.release()),
        ("load at the end", load),
        ("versions", "; ".join(
            [" ".join(said(os.path.join(options.programs, "waybill"), "version").split("\n")[0].split())]
            + [peer.version for peer in peers] + [f"SQLite {sqlite3.sqlite_version} of this script"])),
    ]


def markdown(bench, peers, is_judged):
    lines = [
        "# Benchmarks", "",
        "Made by `make bench` in one run, each row on the same files for all. What is measured and how stands "
        "in `bench/README.md`.", "",
        table(machine(bench, peers), ("", "")), "",
        table([row.all(is_judged) for row in bench.rows], HEADS), "",
        "The agent's figures in detail. Seconds from the first rename into `in/`; archiving takes SHA-256 of every "
        "file, and the receipts are written last.", "",
        table(bench.details,
              ("case", "applied s", "documents s", "archived and receipted s", "CPU s", "peak MB")), "",
    ]
    return "\n".join(lines)
