# SPDX-FileCopyrightText: The Waybill developers
# SPDX-License-Identifier: Apache-2.0
"""The peers: which of them can run here, and how long they take."""
import json
import os
import shutil
import subprocess

from agent import BenchError

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")


class Peer:
    def __init__(self, name, command, version, database):
        self.name = name
        self.command = command
        self.version = version
        self.database = database

    def run(self, *files):
        """Seconds for these files, by the peer's own clock."""
        answer = subprocess.run(
            self.command + [self.database, *files], capture_output=True, text=True)
        if answer.returncode:
            raise BenchError(f"the peer {self.name} failed: {answer.stderr[-2000:]}")
        return json.loads(answer.stdout)["seconds"]


def available(folder, wanted):
    """The peers that can run here, with what is missing for the others."""
    peers, missing = [], []
    if "lxml" in wanted:
        for python in ("python3", "/usr/bin/python3"):
            version = said([python, "-c", "import lxml.etree as e, platform; print(platform.python_version(), "
                            "'lxml', e.__version__)"])
            if version:
                peers.append(Peer(
                    "Python lxml", [python, os.path.join(HERE, "peer_lxml.py")], "Python " + version,
                    os.path.join(folder, "lxml.db")))
                break
        else:
            missing.append("Python's lxml")
    if "php" in wanted:
        need = "foreach (['pdo_sqlite', 'xmlreader', 'simplexml', 'zip'] as $e) extension_loaded($e) || exit(1);"
        version = said(["php", "-r", need + " echo 'PHP ' . PHP_VERSION;"])
        if version:
            peers.append(Peer(
                "PHP XMLReader", ["php", os.path.join(HERE, "peer_xmlreader.php")], version,
                os.path.join(folder, "php.db")))
        else:
            missing.append("php with pdo_sqlite, xml and zip")
    return peers, missing


def said(command):
    """What a program prints; empty when it is missing or fails."""
    if shutil.which(command[0]) is None:
        return ""
    answer = subprocess.run(command, capture_output=True, text=True)
    return answer.stdout.strip() if answer.returncode == 0 else ""
