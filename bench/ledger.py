# SPDX-FileCopyrightText: The Waybill developers
# SPDX-License-Identifier: Apache-2.0
"""Compares a store with the ledger of what waybill-sim made, through the v1 views."""
import json
from decimal import Decimal

from agent import PARTNER, BenchError


class Expected:
    """What the store must hold: a full exchange's ledger, and small packages on top."""

    def __init__(self, ledger):
        self.full = ledger
        self.small = {}

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def overlay(self, packages):
        for package in packages:
            self.small[package["offer"]] = package

    def verify(self, db):
        """Raises with everything that differs."""
        wrong = []

        def same(what, found, wanted):
            if found != wanted:
                wrong.append(f"{what}: {found}, expected {wanted}")

        def one(query, *values):
            return tuple(db.execute(query, values).fetchone() or (None,))

        full, small = self.full, self.small.values()
        quantities = full["sum_of_quantities"] + sum(p["quantity"] - p["quantity_before"] for p in small)
        cents = full["sum_of_retail_prices_in_cents"] + sum(
            p["retail_cents"] - p["retail_cents_before"] for p in small)
        retail = full["retail_price_type"]
        db.execute("BEGIN")
        for view, key in (("group", "groups"), ("product", "products")):
            found = one(f"SELECT count(*) FROM v1_{view} WHERE source = ? AND NOT deleted", PARTNER)
            same(key, found, (full[key],))
        same("offers and their quantities", one(
            "SELECT count(*), sum(CAST(quantity AS INTEGER)) FROM v1_offer WHERE source = ? AND NOT deleted",
            PARTNER), (full["offers"], quantities))
        same("prices and the retail sum in cents", one(
            "SELECT count(*), sum(CASE WHEN price_type = ? THEN CAST(round(CAST(value AS REAL) * 100) AS INTEGER)"
            " ELSE 0 END) FROM v1_price WHERE source = ?", retail, PARTNER), (full["prices"], cents))
        same("stock rows and their quantities", one(
            "SELECT count(*), sum(CAST(quantity AS INTEGER)) FROM v1_stock WHERE source = ?", PARTNER),
            (full["stock_rows"], quantities))
        for spot in full["spots"]:
            at = spot["sku"]
            same(f"product {at}", one(
                "SELECT sku, name, barcode, groups FROM v1_product WHERE source = ? AND id = ?", PARTNER,
                spot["id"]), (at, spot["name"], spot["barcode"], json.dumps([spot["group"]])))
            if spot["id"] in self.small:
                continue
            same(f"prices of {at}", {Decimal(row[0]) for row in db.execute(
                "SELECT value FROM v1_price WHERE source = ? AND offer = ?", (PARTNER, spot["id"]))},
                {Decimal(spot["retail"]), Decimal(spot["wholesale"])})
            same(f"stock of {at}", {row[0]: int(row[1]) for row in db.execute(
                "SELECT warehouse, quantity FROM v1_stock WHERE source = ? AND offer = ?",
                (PARTNER, spot["id"]))}, spot["stock"])
        for package in small:
            same(f"{package['file']}", (shown(db, package["offer"], retail), quantity(db, package["offer"])),
                 (package["retail_cents"], package["quantity"]))
        db.execute("COMMIT")
        if wrong:
            more = f"\n  … and {len(wrong) - 20} more" if len(wrong) > 20 else ""
            raise BenchError("the store is not what the ledger says:\n  " + "\n  ".join(wrong[:20]) + more)


def shown(db, offer, price_type):
    """An offer's price in cents, as a shop sees it."""
    row = db.execute(
        "SELECT value FROM v1_price WHERE source = ? AND offer = ? AND price_type = ?",
        (PARTNER, offer, price_type)).fetchone()
    return int(Decimal(row[0]) * 100) if row else None


def quantity(db, offer):
    row = db.execute("SELECT quantity FROM v1_offer WHERE source = ? AND id = ?", (PARTNER, offer)).fetchone()
    return int(row[0]) if row else None
