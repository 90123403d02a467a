# SPDX-FileCopyrightText: The Waybill developers
# SPDX-License-Identifier: Apache-2.0
"""A root with a running agent, used as a partner and a shop use it: files are
renamed into in/, and everything is asked through the v1 views."""
import datetime
import os
import signal
import socket
import sqlite3
import subprocess
import time

PARTNER = "erp-1c"
GOOD = {"applied"}
ON_THE_WAY = {"claimed", "waiting", "staged"}
FINE = ", ".join(f"'{outcome}'" for outcome in sorted(GOOD | ON_THE_WAY))


class BenchError(Exception):
    """The run can't go on, or the store is not what it must be."""


class Root:
    def __init__(self, programs, folder, timeout):
        self.programs = programs
        self.folder = folder
        self.timeout = timeout
        self.log = os.path.join(folder, "agent.log")
        self.into = os.path.join(folder, "spool", "partners", PARTNER, "in")
        self.receipts = os.path.join(folder, "spool", "partners", PARTNER, "receipts")
        self.process = None
        made = subprocess.run([self.program("waybill"), "init", folder], capture_output=True, text=True)
        if made.returncode:
            raise BenchError(f"waybill init: {made.stderr}")
        with open(os.path.join(folder, "etc", "conf.d", PARTNER + ".yaml"), "w", encoding="utf-8") as file:
            file.write(f"partners:\n  {PARTNER}:\n    time_zone: UTC\n")

    def program(self, name):
        return os.path.join(self.programs, name)

    # The agent.

    def start(self):
        """Starts it; returns the seconds until it told systemd's socket that it is ready."""
        path = os.path.join(self.folder, "ready.sock")
        if os.path.exists(path):
            os.unlink(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(path)
            ready.settimeout(1)
            with open(self.log, "ab") as log:
                begun = time.monotonic()
                self.process = subprocess.Popen(
                    [self.program("waybill"), "--root", self.folder, "run"], stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log, env=dict(os.environ, NOTIFY_SOCKET=path))
            while True:
                try:
                    if b"READY=1" in ready.recv(4096):
                        return time.monotonic() - begun
                except TimeoutError:
                    self.check(begun, "the agent to be ready")

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise BenchError("the agent did not stop within 120 s of SIGTERM" + self.tail()) from None
        finally:
            self.process = None

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def check(self, begun, what):
        """Raises when the agent is gone or time is up."""
        if self.process.poll() is not None:
            raise BenchError(
                f"the agent ended ({self.process.returncode}) while waiting for {what}" + self.tail())
        if time.monotonic() - begun > self.timeout:
            raise BenchError(f"not within {self.timeout} s: {what}" + self.state() + self.tail())

    def tail(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "\n-- the last lines of the agent:\n" + "".join(log.readlines()[-30:])

    def state(self):
        answer = subprocess.run(
            [self.program("waybill"), "--root", self.folder, "--no-color", "queue"],
            capture_output=True, text=True, timeout=60)
        return "\n-- waybill queue:\n" + answer.stdout + answer.stderr

    def reset_peak(self):
        with open(f"/proc/{self.process.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")

    def peak(self):
        """Largest resident memory since the last reset, in bytes."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        raise BenchError("no VmHWM in /proc")

    def cpu(self):
        """Seconds of processor time so far, on all cores."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # The partner.

    def drop(self, path, name=None):
        """Renames a file into in/; returns the time by the wall clock."""
        now = time.time()
        os.rename(path, os.path.join(self.into, name or os.path.basename(path)))
        return now

    # The views.

    def open(self, name):
        path = os.path.join(self.folder, "var", "store", name)
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, timeout=30)
        db.row_factory = sqlite3.Row
        return db

    def last_package(self, journal):
        return journal.execute("SELECT coalesce(max(id), '') FROM v1_package").fetchone()[0]

    def packages(self, journal, after):
        """The packages that came after that id; raises for one that ended badly."""
        rows = journal.execute(
            "SELECT id, name, outcome, reason, applied_at, sha256 FROM v1_package WHERE id > ? ORDER BY id",
            (after,)).fetchall()
        for row in rows:
            if row["outcome"] not in GOOD and row["outcome"] not in ON_THE_WAY:
                raise BenchError(f'{row["name"]} is {row["outcome"]}: {row["reason"]}' + self.tail())
        return rows

    def await_packages(self, after, count, pause=0.02):
        """Waits until so many packages are archived; returns them, with the seconds (wall clock) when all
        were applied, all were archived, and all had their receipt."""
        journal = self.open("journal.db")
        begun = time.monotonic()
        while True:
            row = journal.execute(
                f"SELECT count(sha256) AS archived, total(outcome NOT IN ({FINE})) AS bad FROM v1_package"
                " WHERE id > ?", (after,)).fetchone()
            if row["bad"]:
                self.packages(journal, after)
            if row["archived"] >= count:
                break
            self.check(begun, f"{count} packages to be archived ({row['archived']} are)")
            time.sleep(pause)
        archived = time.time()
        while len(os.listdir(self.receipts)) < count:
            self.check(begun, f"{count} receipts")
            time.sleep(pause)
        receipted = time.time()
        rows = self.packages(journal, after)
        journal.close()
        waiting = [row["name"] for row in rows if row["applied_at"] is None]
        if waiting:
            raise BenchError(f"archived and never applied: {waiting[:3]}")
        return rows, max(moment(row["applied_at"]) for row in rows), archived, receipted

    def tidy(self):
        """Removes what lies in the archive and in receipts/, as a cron job may."""
        for base in (os.path.join(self.folder, "spool", "archive", PARTNER), self.receipts):
            for folder, _, names in os.walk(base):
                for name in names:
                    os.unlink(os.path.join(folder, name))


def moment(text):
    """Seconds of a time as the views write it."""
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
