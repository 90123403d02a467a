#!/usr/bin/env php
<?php
// SPDX-FileCopyrightText: The Waybill developers
// SPDX-License-Identifier: Apache-2.0

// Loads CommerceML into SQLite as an integrator would write it today: XMLReader
// with SimpleXML for each record, prepared upserts, WAL, synchronous=NORMAL, a
// transaction for every 10,000 records.
//
// usage: peer_xmlreader.php DATABASE FILE...
//
// FILE is import.xml, offers.xml, a ZIP with both (read as a stream where the
// zip extension is there), or a folder of small packages, which are taken in
// the order of their names over one connection, a transaction each.
// Prints one JSON object: seconds, and records read.

const IN_ONE_TRANSACTION = 10000;

class Loader
{
    public int $records = 0;
    private PDO $db;
    private PDOStatement $group, $product, $offer, $price, $stock;

    public function __construct(string $path)
    {
        $this->db = new PDO("sqlite:$path");
        $this->db->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
        $this->db->exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -200000;');
        $this->db->exec(file_get_contents(__DIR__ . '/schema.sql'));
        $this->group = $this->db->prepare(
            'INSERT INTO grp VALUES (?, ?) ON CONFLICT (guid) DO UPDATE SET name = excluded.name');
        $this->product = $this->db->prepare(
            'INSERT INTO product (guid, sku, name, barcode, description, unit, grp, brand, picture, props, reqs)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (guid) DO UPDATE SET sku = excluded.sku,
             name = excluded.name, barcode = excluded.barcode, description = excluded.description,
             unit = excluded.unit, grp = excluded.grp, brand = excluded.brand, picture = excluded.picture,
             props = excluded.props, reqs = excluded.reqs');
        $this->offer = $this->db->prepare(
            'INSERT INTO offer (guid, sku, name, barcode, quantity) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (guid) DO UPDATE SET sku = excluded.sku, name = excluded.name,
             barcode = excluded.barcode, quantity = excluded.quantity');
        $this->price = $this->db->prepare(
            'INSERT INTO price VALUES (?, ?, ?, ?)
             ON CONFLICT (offer, type) DO UPDATE SET amount = excluded.amount, currency = excluded.currency');
        $this->stock = $this->db->prepare(
            'INSERT INTO stock VALUES (?, ?, ?)
             ON CONFLICT (offer, warehouse) DO UPDATE SET quantity = excluded.quantity');
    }

    /** Reads one document to its end. */
    public function load(string $uri): void
    {
        $reader = new XMLReader();
        if (!$reader->open($uri, null, LIBXML_PARSEHUGE)) {
            throw new RuntimeException("$uri can't be opened");
        }
        $begun = $this->records;
        $this->db->beginTransaction();
        $more = $reader->read();
        while ($more) {
            if ($reader->nodeType !== XMLReader::ELEMENT) {
                $more = $reader->read();
                continue;
            }
            switch ($reader->name) {
                case 'Группа':
                    $this->group(simplexml_load_string($reader->readOuterXml()));
                    break;
                case 'Товар':
                    $this->product(simplexml_load_string($reader->readOuterXml()));
                    break;
                case 'Предложение':
                    $this->offer(simplexml_load_string($reader->readOuterXml()));
                    break;
                default:
                    $more = $reader->read();
                    continue 2;
            }
            if ((++$this->records - $begun) % IN_ONE_TRANSACTION === 0) {
                $this->db->commit();
                $this->db->beginTransaction();
            }
            $more = $reader->next();
        }
        $this->db->commit();
        $reader->close();
    }

    private function group(SimpleXMLElement $x): void
    {
        $this->group->execute([(string) $x->Ид, (string) $x->Наименование]);
    }

    private function product(SimpleXMLElement $x): void
    {
        $values = '';
        foreach ($x->ЗначенияСвойств->ЗначенияСвойства as $v) {
            $values .= "$v->Ид=$v->Значение;";
        }
        $notes = '';
        foreach ($x->ЗначенияРеквизитов->ЗначениеРеквизита as $v) {
            $notes .= "$v->Наименование=$v->Значение;";
        }
        $this->product->execute([
            (string) $x->Ид, (string) $x->Артикул, (string) $x->Наименование, (string) $x->Штрихкод,
            (string) $x->Описание, (string) $x->БазоваяЕдиница, (string) $x->Группы->Ид,
            (string) $x->Изготовитель->Ид, (string) $x->Картинка, $values, $notes]);
    }

    private function offer(SimpleXMLElement $x): void
    {
        $guid = (string) $x->Ид;
        $this->offer->execute([
            $guid, (string) $x->Артикул, (string) $x->Наименование, (string) $x->Штрихкод,
            (string) $x->Количество]);
        foreach ($x->Цены->Цена as $p) {
            $this->price->execute(
                [$guid, (string) $p->ИдТипаЦены, (float) $p->ЦенаЗаЕдиницу, (string) $p->Валюта]);
        }
        foreach ($x->Склад as $s) {
            $this->stock->execute([$guid, (string) $s['ИдСклада'], (float) $s['КоличествоНаСкладе']]);
        }
    }
}

$begun = microtime(true);
$loader = new Loader($argv[1]);
foreach (array_slice($argv, 2) as $path) {
    if (is_dir($path)) {
        $names = array_filter(scandir($path), fn ($name) => str_ends_with($name, '.xml'));
        sort($names);
        foreach ($names as $name) {
            $loader->load("$path/$name");
        }
    } elseif (str_ends_with($path, '.zip')) {
        foreach (['import.xml', 'offers.xml'] as $name) {
            $loader->load("zip://$path#$name");
        }
    } else {
        $loader->load($path);
    }
}
echo json_encode(['seconds' => round(microtime(true) - $begun, 4), 'records' => $loader->records]), "\n";
