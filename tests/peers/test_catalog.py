#!/usr/bin/env python3
"""The catalogue generator: its tree, its keys, its joins, and that it repeats itself."""
import csv
import glob
import hashlib
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import catalog  # noqa: E402


def hash_tree(folder):
    total = hashlib.sha256()
    for path in sorted(glob.glob(os.path.join(folder, "**"), recursive=True)):
        total.update(os.path.relpath(path, folder).encode())
        if os.path.isfile(path):
            with open(path, "rb") as f:
                total.update(f.read())
    return total.hexdigest()


class Catalog(unittest.TestCase):
    def setUp(self):
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        self.home = home.name

    def make(self, name, *flags):
        out = os.path.join(self.home, name)
        catalog.main(["--out", out, *flags])
        return out

    def load(self, out):
        items = []
        for path in glob.glob(os.path.join(out, "export/content/**/*.json"), recursive=True):
            with open(path, encoding="utf-8") as f:
                text = f.read()
            items.append(json.loads(text))
            self.assertEqual(text, json.dumps(items[-1], indent=2, ensure_ascii=False))
        return items

    def rows(self, out, name, separator):
        with open(os.path.join(out, "erp", name), encoding="utf-8-sig", newline="") as f:
            return list(csv.DictReader(f, delimiter=separator))

    def test_good_items_join(self):
        out = self.make("a", "--items", "900")
        items = {i["id"]: i for i in self.load(out)}
        goods = [i for i in items.values() if i["body"]["_meta"]["schema"].endswith("product.json")]
        self.assertEqual(len(goods), 900)
        erp = {r["sku"]: r for r in self.rows(out, "products.csv", ";")}
        prices = {(r["sku"], r["price_list"]) for r in self.rows(out, "prices.csv", ",")
                  if not r["valid_to"]}
        self.assertEqual((len(erp), len({i["body"]["gtin"] for i in goods})), (900, 900))
        for item in goods:
            body = item["body"]
            self.assertLessEqual(len(body["sku"]), 20)
            self.assertEqual(body["gtin"][-1], catalog.check_digit(body["gtin"][:-1]))
            self.assertTrue(body["gtin"].startswith("952"))
            self.assertEqual(erp[body["sku"]]["gtin"], body["gtin"])
            self.assertIn((body["sku"], "RRP-EUR"), prices)
            self.assertIn((body["sku"], "RRP-GBP"), prices)
            self.assertEqual(items[body["brand"]["id"]]["body"]["country"][:1].isalpha(), True)
            self.assertFalse(set("*~^") & set(json.dumps(body["description"])))

    def test_erp_form(self):
        out = self.make("a", "--items", "400")
        with open(os.path.join(out, "erp/products.csv"), "rb") as f:
            data = f.read()
        self.assertTrue(data.startswith(b"\xef\xbb\xbfsku;gtin;"))
        rows = self.rows(out, "products.csv", ";")
        self.assertTrue(any("\n" in r["remark"] for r in rows))
        self.assertTrue(any('"Aktion"' in r["description"] for r in rows))
        self.assertTrue(all("," in r["net_weight"] for r in rows))

    def test_repeats_and_seed(self):
        flags = ("--items", "60", "--bad", "6")
        one = hash_tree(self.make("a", *flags))
        self.assertEqual(one, hash_tree(self.make("b", *flags)))
        self.assertNotEqual(one, hash_tree(self.make("c", *flags, "--seed", "2")))

    def test_planted_faults_and_review(self):
        out = self.make("a", "--items", "200", "--bad", "24", "--review", "7")
        with open(os.path.join(out, "FINDINGS.json"), encoding="utf-8") as f:
            told = json.load(f)
        self.assertEqual({f["kind"] for f in told["findings"]}, set(catalog.BAD_KINDS))
        self.assertEqual(told["counts"], {"items": 200, "bad": 24, "in_review": 7, "good": 169})
        items = self.load(out)
        waiting = [i for i in items if i["workflow"]["state"] == catalog.STATES["In review"]]
        self.assertEqual(len(waiting), 7)
        by_id = {i["id"]: i for i in items}
        erp = {r["sku"]: r for r in self.rows(out, "products.csv", ";")}
        for finding in told["findings"]:
            body = by_id[finding["items"][0]["id"]]["body"]
            self.assertEqual(body["sku"], finding["sku"])
            kind = finding["kind"]
            if kind == "gtin-check-digit":
                self.assertNotEqual(body["gtin"][-1], catalog.check_digit(body["gtin"][:-1]))
            elif kind == "erp-row-missing":
                self.assertNotIn(body["sku"], erp)
            elif kind == "link-dangling":
                self.assertNotIn(body["brand"]["id"], by_id)
            elif kind == "uom-unknown":
                self.assertEqual(erp[body["sku"]]["uom"], finding["value"])

    def test_ndjson_and_csv(self):
        out = self.make("a", "--items", "30")
        lines, flat = os.path.join(self.home, "n"), os.path.join(self.home, "c")
        catalog.main(["--ndjson", lines, "--csv", flat, "--items", "30"])
        with open(lines, encoding="utf-8") as f:
            got = sorted((json.loads(line) for line in f), key=lambda i: i["id"])
        self.assertEqual(got, sorted(self.load(out), key=lambda i: i["id"]))
        with open(flat, encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f))
        self.assertEqual(len(rows), 30)
        self.assertTrue(all(None not in r and r["sku"] and r["rrp_gbp"] for r in rows))
        catalog.main(["--csv", flat, "--mb", "2"])
        self.assertTrue(2000000 <= os.path.getsize(flat) < 2010000)


if __name__ == "__main__":
    unittest.main()
