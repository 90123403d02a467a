# SPDX-FileCopyrightText: The Waybill developers
# SPDX-License-Identifier: Apache-2.0
"""The cases of the benchmark: each makes its files, times the peers and Waybill on them, and verifies the
store."""
import datetime
import os
import shutil
import subprocess
import time

from agent import BenchError, Root, moment
from ledger import Expected, quantity, shown
from report import Row


class Bench:
    def __init__(self, options, peers, folder, say):
        self.options = options
        self.peers = peers
        self.folder = folder
        self.say = say
        self.rows = []
        self.details = []
        self.root = None
        self.expected = None
        # Exports of the last weeks, so that none lies in the future.
        self.clock = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=40)

    # What all cases need.

    def make(self, name, products, *more):
        """A new export by waybill-sim, a day after the one before; returns its folder."""
        self.clock += datetime.timedelta(days=1)
        out = os.path.join(self.folder, name)
        shutil.rmtree(out, ignore_errors=True)
        answer = subprocess.run(
            [os.path.join(self.options.programs, "waybill-sim"), "make", out, "--products", str(products),
             "--seed", str(self.options.seed), "--groups", str(min(400, products)),
             "--date", self.clock.strftime("%Y-%m-%dT%H:%M:%S"), *more], capture_output=True, text=True)
        if answer.returncode:
            raise BenchError(f"waybill-sim make: {answer.stderr}")
        return out

    def full(self, title, out, files, ledger):
        """Drops the files of a full exchange together; the row's figures."""
        warm(files)
        self.root.reset_peak()
        journal = self.root.open("journal.db")
        after = self.root.last_package(journal)
        journal.close()
        cpu = self.root.cpu()
        begun = self.root.drop(files[0])
        for file in files[1:]:
            self.root.drop(file)
        rows, applied, archived, receipted = self.root.await_packages(after, len(files))
        peak, cpu = self.root.peak(), self.root.cpu() - cpu
        self.expected = Expected(ledger)
        self.verify(title)
        self.root.tidy()
        each = ", ".join(f'{row["name"]} {moment(row["applied_at"]) - begun:.2f}' for row in rows)
        self.details.append(
            (title, f"{applied - begun:.2f}", each, f"{receipted - begun:.2f}", f"{cpu:.1f}",
             f"{peak / 1e6:.0f}"))
        shutil.rmtree(out)
        self.say(f"  {title}: {applied - begun:.2f} s, archived {archived - begun:.2f} s, verified")
        return applied - begun, peak

    def verify(self, title):
        db = self.root.open("catalogue.db")
        try:
            self.expected.verify(db)
        except BenchError as error:
            raise BenchError(f"{title}: {error}") from None
        finally:
            db.close()

    def against_peers(self, *files):
        """Seconds of each peer on the files."""
        seconds = {}
        for peer in self.peers:
            warm(files)
            seconds[peer.name] = peer.run(*files)
            self.say(f"  {peer.name}: {seconds[peer.name]:.2f} s")
        return seconds

    # Fulls.

    def smaller(self):
        """A tenth of the products on a root of its own: how memory grows."""
        products = max(1, self.options.products // 10)
        self.say(f"{products:,} products, for the memory")
        self.new_root("root-small")
        peak = 0
        for title, more in (("first load", ()), ("repeat, unchanged", ()), ("repeat, 1 % changed",
                                                                            ("--changed", "0.01"))):
            out = self.make("export", products, *more)
            files, ledger = documents(out)
            peak = max(peak, self.full(f"{title}, {products:,} products", out, files, ledger)[1])
        self.drop_root()
        return products, peak

    def fulls(self):
        count = self.options.products
        self.say(f"{count:,} products")
        self.new_root("root")
        cases = (
            ("first load into an empty store", 8, ()),
            ("repeat, unchanged (another export time)", 60, ()),
            ("repeat, 1 % of offers changed", 40, ("--changed", "0.01")),
            # The seed's first edition once more: the 1 % goes back, so 1 % changes.
            ("new group, new property value, 1 % changed", 40, ("--new-classifier",)),
        )
        peak = 0
        for number, (title, goal, more) in enumerate(cases):
            out = self.make("export", count, *more)
            files, ledger = documents(out)
            peers = self.against_peers(*files)
            lines = None
            if number == 1:
                warm(files)
                lines = timed(["wc", "-l", *files])
            seconds, used = self.full(title, out, files, ledger)
            peak = max(peak, used) if number < 3 else peak
            self.rows.append(Row.against_peers(title, seconds, peers, goal))
            if lines is not None:
                self.rows.append(Row.against("the same, against wc -l", seconds, "wc -l", lines, 3))
        return peak

    def zipped(self):
        out = self.make("export", self.options.products, "--new-classifier", "--zip")
        file = os.path.join(out, "exchange.zip")
        ledger = Expected.read(os.path.join(out, "ledger.json"))
        peers = self.against_peers(file)
        warm([file])
        unzip = timed(["unzip", "-p", file])
        title = "the same in a ZIP, unchanged"
        seconds, _ = self.full(title, out, [file], ledger)
        self.rows.append(Row.against_peers(title, seconds, peers, None))
        self.rows.append(Row.against("the same, against unzip -p", seconds, "unzip -p", unzip, 1.3))

    # Small packages.

    def small(self):
        count = min(self.options.small, self.options.products)
        out = self.make("small", self.options.products, "--small", str(count))
        ledger = Expected.read(os.path.join(out, "ledger.json"))
        names = [package["file"] for package in ledger["packages"]]
        files = [os.path.join(out, name) for name in names]
        peers = self.against_peers(out)
        warm(files)
        self.root.reset_peak()
        journal = self.root.open("journal.db")
        after = self.root.last_package(journal)
        cpu = self.root.cpu()
        begun = time.time()
        for file in files:
            self.root.drop(file)
        dropped = time.time()
        _, applied, archived, receipted = self.root.await_packages(after, count, pause=0.2)
        journal.close()
        title = f"{count:,} small packages"
        self.details.append(
            (title, f"{applied - begun:.2f}", f"all dropped {dropped - begun:.2f}",
             f"{receipted - begun:.2f}", f"{self.root.cpu() - cpu:.1f}", f"{self.root.peak() / 1e6:.0f}"))
        self.say(f"  {title}: applied in {applied - begun:.2f} s, archived and receipted in "
                 f"{receipted - begun:.2f} s")
        self.expected.overlay(ledger["packages"])
        self.verify(title)
        self.root.tidy()
        shutil.rmtree(out)
        self.rows.append(Row.rate(
            title + ", applied", count / (applied - begun), {n: count / s for n, s in peers.items()}, 1_000))
        self.rows.append(Row.rate(
            title + ", archived and receipted", count / (receipted - begun), {}, None))

    def idle(self):
        """One package at a time: from its rename to the price that a shop sees."""
        count = min(self.options.drops, self.options.products)
        out = self.make("small", self.options.products, "--small", str(count), "--round", "2")
        ledger = Expected.read(os.path.join(out, "ledger.json"))
        watch = Watch(self.root, ledger)
        for number, package in enumerate(ledger["packages"]):
            watch.drop(os.path.join(out, package["file"]), f"idle-{package['file']}", package)
            watch.until_visible()
            # Not in step with anything that the agent does by the clock.
            time.sleep(0.02 + 0.013 * (number % 7))
        waits = [end - start for start, end in watch.seen]
        watch.close()
        self.expected.overlay(ledger["packages"])
        self.verify("drop to visible, idle")
        shutil.rmtree(out)
        self.rows.append(Row.waits("drop to visible, idle", waits, 0.050))

    def staging(self):
        """A package every 100 ms beside a full whose every offer is changed."""
        out = self.make("export", self.options.products, "--changed", "1", "--new-classifier")
        files, ledger = documents(out)
        count = min(3_000, self.options.products)
        beside = self.make("small", self.options.products, "--changed", "1", "--small", str(count),
                           "--round", "3")
        packages = Expected.read(os.path.join(beside, "ledger.json"))["packages"]
        warm(files)
        self.root.reset_peak()
        journal = self.root.open("journal.db")
        after = self.root.last_package(journal)
        watch = Watch(self.root, Expected.read(os.path.join(beside, "ledger.json")))
        begun = self.root.drop(files[0])
        for file in files[1:]:
            self.root.drop(file)
        names = {os.path.basename(file) for file in files}
        dropped, looked = 0, 0.0
        live = []
        while True:
            now = time.monotonic()
            if dropped < len(packages) and now - watch.begun >= 0.1 * dropped:
                package = packages[dropped]
                watch.drop(os.path.join(beside, package["file"]), f"beside-{package['file']}", package)
                dropped += 1
            watch.look()
            if now - looked > 0.5:
                looked = now
                rows = self.root.packages(journal, after)
                live = [moment(r["applied_at"]) for r in rows if r["name"] in names and r["applied_at"]]
                if len(live) == len(names):
                    break
                self.root.check(watch.begun, "the full to go live")
            time.sleep(0.002)
        watch.until_visible()
        watch.close()
        self.root.await_packages(after, len(files) + dropped, pause=0.1)
        journal.close()
        peak = self.root.peak()
        self.expected = Expected(ledger)
        self.expected.overlay(packages[:dropped])
        title = "full with every offer changed, beside small packages"
        self.verify(title)
        self.root.tidy()
        shutil.rmtree(out)
        shutil.rmtree(beside)
        # Those that were waiting in the moment when a document of the full went live waited for that.
        during = [e - s for s, e in watch.seen if not any(s < at <= e + 0.005 for at in live)]
        promoted = [e - s for s, e in watch.seen if any(s < at <= e + 0.005 for at in live)]
        self.details.append(
            (title, f"{max(live) - begun:.2f}", f"{dropped} dropped beside it", "", "", f"{peak / 1e6:.0f}"))
        self.say(f"  {title}: {max(live) - begun:.2f} s, {dropped} packages beside it")
        self.rows.append(Row.waits("drop to visible, while a full stages", during, 0.250))
        self.rows.append(Row.longest("longest wait during its promotion", promoted, 30))
        return peak

    def restart(self):
        self.root.stop()
        seconds = self.root.start()
        self.rows.append(Row.limit("start with this store to ready", seconds, "s", 1))

    def memory(self, smaller, peak):
        products, small_peak = smaller
        self.rows.append(Row.limit(
            f"peak memory, {products:,} products", small_peak / 1e6, "MB", None))
        self.rows.append(Row.limit(
            f"peak memory, {self.options.products:,} products", peak / 1e6, "MB", 250))
        growth = (peak - small_peak) / (self.options.products - products)
        self.rows.append(Row.limit("growth between them, bytes a SKU", growth, "B", 120))

    # Roots.

    def new_root(self, name):
        # Known before it starts, so that an agent that hangs is ended with the run.
        self.root = Root(self.options.programs, os.path.join(self.folder, name), self.options.timeout)
        self.root.start()

    def drop_root(self):
        self.root.stop()
        shutil.rmtree(self.root.folder)
        self.root = None


class Watch:
    """Sees when the price of a small package is visible in the store."""

    def __init__(self, root, ledger):
        self.root = root
        self.price_type = ledger["retail_price_type"]
        self.db = root.open("catalogue.db")
        self.version = None
        self.waiting = []
        self.seen = []
        self.begun = time.monotonic()

    def drop(self, path, name, package):
        self.waiting.append((self.root.drop(path, name), package))

    def look(self):
        """Looks once; the store is asked only after another connection's commit."""
        version = self.db.execute("PRAGMA data_version").fetchone()[0]
        if version == self.version:
            return
        self.version = version
        still = []
        for start, package in self.waiting:
            visible = (
                shown(self.db, package["offer"], self.price_type) == package["retail_cents"]
                and quantity(self.db, package["offer"]) == package["quantity"])
            if visible:
                self.seen.append((start, time.time()))
            else:
                still.append((start, package))
        self.waiting = still

    def until_visible(self):
        begun = time.monotonic()
        while self.waiting:
            self.look()
            self.root.check(begun, f"{self.waiting[:1]} to be visible")
            time.sleep(0.001)

    def close(self):
        self.db.close()


def documents(out):
    """Both documents in the order in which 1C writes them, and the ledger."""
    return ([os.path.join(out, "import.xml"), os.path.join(out, "offers.xml")],
            Expected.read(os.path.join(out, "ledger.json")))


def warm(files):
    """Reads the files, so that every one finds them in the page cache."""
    for file in files:
        for path in ([os.path.join(file, n) for n in os.listdir(file)] if os.path.isdir(file) else [file]):
            with open(path, "rb", buffering=0) as stream:
                while stream.read(1 << 20):
                    pass


def timed(command):
    begun = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begun
