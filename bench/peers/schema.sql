-- SPDX-FileCopyrightText: The Waybill developers
-- SPDX-License-Identifier: Apache-2.0
--
-- The tables of both peers: what a shop's importer usually has.
CREATE TABLE IF NOT EXISTS product (
    id INTEGER PRIMARY KEY, guid TEXT UNIQUE, sku TEXT, name TEXT, barcode TEXT, description TEXT, unit TEXT,
    grp TEXT, brand TEXT, picture TEXT, props TEXT, reqs TEXT);
CREATE TABLE IF NOT EXISTS offer (
    id INTEGER PRIMARY KEY, guid TEXT UNIQUE, sku TEXT, name TEXT, barcode TEXT, quantity REAL);
CREATE TABLE IF NOT EXISTS price (
    offer TEXT, type TEXT, amount REAL, currency TEXT, PRIMARY KEY (offer, type)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stock (
    offer TEXT, warehouse TEXT, quantity REAL, PRIMARY KEY (offer, warehouse)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS grp (guid TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
