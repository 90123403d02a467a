#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Waybill developers
# SPDX-License-Identifier: Apache-2.0
"""Loads CommerceML into SQLite as an integrator would write it today: lxml's
iterparse, prepared upserts, WAL, synchronous=NORMAL, a transaction for every
10,000 records.

usage: peer_lxml.py DATABASE FILE...

FILE is import.xml, offers.xml, a ZIP with both (read as a stream, never
unpacked to disk), or a folder of small packages, which are taken in the order
of their names over one connection, a transaction each.
Prints one JSON object: seconds, and records read.
"""
import json
import os
import sqlite3
import sys
import time
import zipfile

from lxml import etree

PRODUCT = """INSERT INTO product (guid, sku, name, barcode, description, unit, grp, brand, picture, props, reqs)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (guid) DO UPDATE SET sku = excluded.sku,
name = excluded.name, barcode = excluded.barcode, description = excluded.description, unit = excluded.unit,
grp = excluded.grp, brand = excluded.brand, picture = excluded.picture, props = excluded.props,
reqs = excluded.reqs"""
OFFER = """INSERT INTO offer (guid, sku, name, barcode, quantity) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (guid) DO UPDATE SET sku = excluded.sku, name = excluded.name, barcode = excluded.barcode,
quantity = excluded.quantity"""
PRICE = """INSERT INTO price VALUES (?, ?, ?, ?)
ON CONFLICT (offer, type) DO UPDATE SET amount = excluded.amount, currency = excluded.currency"""
STOCK = """INSERT INTO stock VALUES (?, ?, ?)
ON CONFLICT (offer, warehouse) DO UPDATE SET quantity = excluded.quantity"""
GROUP = "INSERT INTO grp VALUES (?, ?) ON CONFLICT (guid) DO UPDATE SET name = excluded.name"
IN_ONE_TRANSACTION = 10_000


class Loader:
    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute("PRAGMA cache_size = -200000")
        schema = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema.sql")
        with open(schema, encoding="utf-8") as text:
            self.db.executescript(text.read())
        self.records = 0

    def load(self, stream):
        """Reads one document to its end."""
        handlers = {"Группа": self.group, "Товар": self.product, "Предложение": self.offer}
        begun = self.records
        self.db.execute("BEGIN")
        for _, element in etree.iterparse(stream, tag=tuple(handlers), huge_tree=True):
            handlers[element.tag](element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            self.records += 1
            if (self.records - begun) % IN_ONE_TRANSACTION == 0:
                self.db.execute("COMMIT")
                self.db.execute("BEGIN")
        self.db.execute("COMMIT")

    def group(self, element):
        self.db.execute(GROUP, (element.findtext("Ид"), element.findtext("Наименование")))

    def product(self, element):
        text = element.findtext
        values = element.iterfind("ЗначенияСвойств/ЗначенияСвойства")
        notes = element.iterfind("ЗначенияРеквизитов/ЗначениеРеквизита")
        self.db.execute(PRODUCT, (
            text("Ид"), text("Артикул"), text("Наименование"), text("Штрихкод"), text("Описание"),
            text("БазоваяЕдиница"), text("Группы/Ид"), text("Изготовитель/Ид"), text("Картинка"),
            ";".join(f'{v.findtext("Ид")}={v.findtext("Значение")}' for v in values),
            ";".join(f'{n.findtext("Наименование")}={n.findtext("Значение") or ""}' for n in notes)))

    def offer(self, element):
        text = element.findtext
        guid = text("Ид")
        self.db.execute(
            OFFER, (guid, text("Артикул"), text("Наименование"), text("Штрихкод"), text("Количество")))
        self.db.executemany(PRICE, [
            (guid, p.findtext("ИдТипаЦены"), float(p.findtext("ЦенаЗаЕдиницу")), p.findtext("Валюта"))
            for p in element.iterfind("Цены/Цена")])
        self.db.executemany(STOCK, [
            (guid, s.get("ИдСклада"), float(s.get("КоличествоНаСкладе"))) for s in element.iterfind("Склад")])


def main():
    begun = time.monotonic()
    loader = Loader(sys.argv[1])
    for path in sys.argv[2:]:
        if os.path.isdir(path):
            for name in sorted(n for n in os.listdir(path) if n.endswith(".xml")):
                loader.load(os.path.join(path, name))
        elif path.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                for name in sorted(n for n in archive.namelist() if n.endswith(".xml")):
                    with archive.open(name) as stream:
                        loader.load(stream)
        else:
            loader.load(path)
    print(json.dumps({"seconds": round(time.monotonic() - begun, 4), "records": loader.records}))


main()
