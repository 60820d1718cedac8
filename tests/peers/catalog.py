#!/usr/bin/env python3
"""Makes catalogues: a dc-cli export tree with ERP files to join, NDJSON or flat CSV for benches.

The same arguments give the same bytes. README.md of this folder has the use.
"""
import argparse
import json
import os
import random
import sys
from json.encoder import encode_basestring as quoted
from xml.sax.saxutils import escape

SCHEMA = "https://gridspool.example/schema/"
CORE = "http://bigcontent.io/cms/schema/v1/core#/definitions/"
HUB, REPOSITORY = "5f79104f418382e4d11439d8", "5f2cc6ba01d397a229309a05"
STATES = {"Draft": "5f6c94bf51fc049bac32d9e0", "In review": "5ffb6ff671d27ac35b09e3a4",
          "Approved": "5f8e76a41367d1861c73e075", "Rejected": "5fb14b82e6a43ac0bec0acc4"}
LOCALES = ("en-GB", "de-DE", "fr-FR")
PEOPLE = ("0e825628-82df-4de4-95e3-a27350bd6822", "b9636d4f-800e-4a32-859f-7688d5a6d11b",
          "6b855746-380a-4ec3-a2ee-0f9bcc96866e")

BRANDS = (("Hearth & Loom", "GB"), ("Björnvik", "SE"), ("Nørrelys", "DK"), ("Fünfhaus", "AT"),
          ("Maison Élodie", "FR"), ("Kröger & Söhne", "DE"), ("Casa Niña", "ES"),
          ("O'Halloran Mills", "IE"), ("L’Atelier du Port", "FR"), ("Tweed + Thistle", "GB"))
MODELS = ("Yvaine", "Tilde", "Søren", "Aurelia", "Éloïse", "Hollin", "Gräfin", "Übersee", "Östra",
          "Nuit", "Jonna", "Wren", "Fjord", "Pèlerin", "Marché", "Linnea", "Oisín", "Brücke")
COLOURS = (
    ("610", "rowan red", "Vogelbeerrot", "rouge sorbier"), ("001", "black", "Schwarz", "noir"),
    ("100", "chalk white", "Kreideweiß", "blanc craie"), ("030", "pebble grey", "Kieselgrau",
                                                          "gris galet"),
    ("115", "oatmeal", "Hafer", "avoine"), ("210", "chestnut", "Kastanie", "châtaigne"),
    ("235", "caramel", "Karamell", "caramel"), ("310", "moss green", "Moosgrün", "vert mousse"),
    ("345", "sage", "Salbei", "sauge"), ("410", "midnight blue", "Nachtblau", "bleu nuit"),
    ("455", "dusk blue", "Dämmerblau", "bleu crépuscule"), ("510", "fig", "Feige", "figue"),
    ("710", "saffron", "Safran", "safran"), ("820", "burnt orange", "Gebranntes Orange",
                                             "orange brûlé"))
COTTON = ("organic cotton", "Bio-Baumwolle", "coton biologique")
LINEN = ("linen", "Leinen", "lin")
WOOL = ("lambswool", "Lammwolle", "laine d’agneau")
CLAY = ("stoneware", "Steinzeug", "grès")
LEATHER = ("leather", "Leder", "cuir")
BRASS = ("brushed brass", "gebürstetes Messing", "laiton brossé")
# prefix, three names, material, sizes (code, text), unit, folder, category, customs code, kg, price
KINDS = (
    ("TOW", "towel", "Handtuch", "Serviette de bain", COTTON,
     (("3050", "30 × 50 cm"), ("50100", "50 × 100 cm"), ("70140", "70 × 140 cm")), "ST",
     "Home/Bed & Bath", ("H-BED-TOW", "Home / Bed & Bath / Towels"), "63026000", 0.42, 19.9),
    ("BED", "duvet set", "Bettwäsche-Set", "Parure de lit", LINEN,
     (("135200", "135 × 200 cm"), ("155220", "155 × 220 cm"), ("200200", "200 × 200 cm")), "SET",
     "Home/Bed & Bath", ("H-BED-DUV", "Home / Bed & Bath / Duvet sets"), "63022100", 1.8, 129.9),
    ("PLA", "plate set", "Teller-Set", "Service d’assiettes", CLAY,
     (("421", "4 × Ø 21 cm"), ("427", "4 × Ø 27 cm")), "SET", "Home/Küche – Dining",
     ("H-KIT-PLA", "Home / Dining / Plates"), "69120023", 3.4, 69.9),
    ("LMP", "table lamp", "Tischleuchte", "Lampe de table", BRASS,
     (("32", "32 cm"), ("48", "48 cm")), "ST", "Home/Lighting & Scent",
     ("H-LIG-LMP", "Home / Lighting / Lamps"), "94052190", 2.1, 119.0),
    ("CUS", "cushion cover", "Kissenhülle", "Housse de coussin", LINEN,
     (("3060", "30 × 60 cm"), ("5050", "50 × 50 cm")), "ST", "Home/Living",
     ("H-LIV-CUS", "Home / Living / Cushions"), "63049200", 0.24, 29.9),
    ("CRD", "cardigan", "Strickjacke", "Gilet", WOOL,
     (("S", "S"), ("M", "M"), ("L", "L"), ("XL", "XL")), "ST", "Fashion/Knitwear",
     ("F-KNI-CRD", "Fashion / Knitwear / Cardigans"), "61101190", 0.61, 149.9),
    ("SOC", "socks", "Socken", "Chaussettes", WOOL,
     (("3638", "36–38"), ("3941", "39–41"), ("4244", "42–44")), "PAA", "Fashion/AccessoriesSmall",
     ("F-ACC-SOC", "Fashion / Accessories / Socks"), "61159400", 0.09, 17.9),
    ("BAG", "handbag", "Handtasche", "Sac à main", LEATHER, (("", ""),), "ST",
     "Fashion/AccessoriesSmall", ("F-ACC-BAG", "Fashion / Accessories / Bags"), "42022100", 0.9,
     199.9),
    ("BOO", "boots", "Stiefel", "Bottes", LEATHER,
     (("37", "37"), ("38", "38"), ("39", "39"), ("41", "41"), ("43", "43")), "PAA",
     "Fashion/Footwear", ("F-FOO-BOO", "Fashion / Footwear / Boots"), "64039113", 1.4, 219.0),
)
# Sentences in three languages; {m} model, {k} kind, {a} material, {c} colour.
OPENERS = (
    ("Woven from {a} in a small mill, the {m} {k} brings calm and warmth to any room.",
     "Gefertigt aus {a} in einer kleinen Manufaktur: {m} bringt Ruhe und Wärme in jeden Raum.",
     "Fabriqué en {a} dans un petit atelier, {m} apporte calme et chaleur à chaque pièce."),
    ("The {m} {k} is made of {a} by people who have done nothing else for thirty years.",
     "{m} wird aus {a} gemacht, von Menschen, die seit dreißig Jahren nichts anderes tun.",
     "{m} est fait en {a} par des mains qui ne font que cela depuis trente ans."),
    ("Plain, honest {a}: our {m} {k} is what is left when everything loud has gone.",
     "Schlicht und ehrlich, aus {a}: {m} ist, was bleibt, wenn alles Laute geht.",
     "Simple et sincère, en {a} : {m} est ce qui reste quand tout le bruit s’en va."))
SENTENCES = (
    ("The shade “{c}” is dyed in small batches, so no two pieces are quite the same.",
     "Der Farbton „{c}“ wird in kleinen Mengen gefärbt, deshalb ist jedes Stück ein wenig anders.",
     "La teinte « {c} » est obtenue en petites séries : aucune pièce n’est tout à fait la même."),
    ("It's made to last: we repair it free of charge for two years.",
     "Für lange Freude gemacht: zwei Jahre lang reparieren wir kostenlos.",
     "C'est conçu pour durer : réparation gratuite pendant deux ans."),
    ("Free delivery from €50 – and returns within 30 days.",
     "Versandkostenfrei ab 50 € – und 30 Tage Rückgaberecht.",
     "Livraison offerte dès 50 € – et retours sous 30 jours."),
    ("Goes well with everything else in the {m} range; see our look book (page {n}).",
     "Passt zu allem anderen aus der Serie {m}; siehe Lookbook (Seite {n}).",
     "S’accorde avec toute la gamme {m} ; voir notre catalogue (page {n})."),
    ("Café-au-lait mornings, late suppers, naïve melodies: this is what it was drawn for.",
     "Für späte Frühstücke, große Gäste-Runden und süßes Nichtstun.",
     "Pour les matins paresseux, les dîners tardifs et les fêtes improvisées."),
    ("Our designers call it “the quiet hero of the season”.",
     "Für unsere Gestalterinnen ist es „das heimliche Lieblingsstück der Saison“.",
     "Un vrai coup de cœur de la saison, d’après nos créatrices."),
    ("Each piece carries the number of the person who checked it.",
     "Jedes Stück trägt die Nummer der Person, die es geprüft hat.",
     "Chaque pièce porte le numéro de la personne qui l’a contrôlée."),
    ("Light enough for a weekend away, sturdy enough for every day.",
     "Leicht genug fürs Wochenende, robust genug für jeden Tag.",
     "Assez léger pour un week-end, assez solide pour tous les jours."))
CARE = (("Machine wash at 40 °C. Do not tumble dry.",
         "Maschinenwäsche bei 40 °C. Nicht in den Trockner.",
         "Lavage en machine à 40 °C. Pas de sèche-linge."),
        ("Wipe with a damp cloth.", "Feucht abwischen.", "Nettoyer avec un chiffon humide."),
        ("Hand wash only.", "Nur Handwäsche.", "Lavage à la main uniquement."))
COUNTRIES = ("GB", "PT", "IT", "FR", "DE", "CN", "VN", "PL", "IN", "TR")
BAD_KINDS = ("gtin-check-digit", "gtin-notation", "price-missing", "price-as-text", "uom-unknown",
             "name-missing", "separator-in-text", "outside-unoc", "sku-too-long", "link-dangling",
             "erp-row-missing", "empty-null-absent")
# Only when asked for: it makes a second, good item doubtful.
ALL_KINDS = BAD_KINDS + ("sku-duplicate",)


def check_digit(digits):
    """The GS1 check digit of all digits before it."""
    total = sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(digits)))
    return str((10 - total % 10) % 10)


def gtin(n):
    body = "952%09d" % (n % 10 ** 9)
    return body + check_digit(body)


def uuid(rnd):
    b = "%032x" % rnd.getrandbits(128)
    return "%s-%s-4%s-%x%s-%s" % (b[:8], b[8:12], b[13:16], 8 + int(b[16], 16) % 4, b[17:20],
                                  b[20:])


def localized(values):
    return {"_meta": {"schema": CORE + "localized-value"},
            "values": [{"locale": lo, "value": v} for lo, v in zip(LOCALES, values)]}


def image(rnd, name):
    return {"_meta": {"schema": CORE + "image-link"}, "id": uuid(rnd), "name": name,
            "endpoint": "hearthloom", "defaultHost": "cdn.media.hearthloom.example",
            "mediaType": "image"}


def stamp(rnd, year):
    return "%d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (
        year, rnd.randint(1, 10), rnd.randint(1, 28), rnd.randint(6, 19), rnd.randint(0, 59),
        rnd.randint(0, 59), rnd.randint(0, 999))


def wrap(rnd, body, label, folder, state, published=True):
    """The record that dc-cli writes around a body."""
    ident, created, changed = uuid(rnd), stamp(rnd, 2025), stamp(rnd, 2026)
    version = rnd.randint(1, 14)
    item = {"id": ident, "folderId": folder, "contentRepositoryId": REPOSITORY, "body": body,
            "version": version, "label": label, "status": "ACTIVE",
            "createdBy": rnd.choice(PEOPLE), "createdDate": created,
            "lastModifiedBy": rnd.choice(PEOPLE), "lastModifiedDate": changed,
            "deliveryId": ident, "validationState": "VALID",
            "publishingStatus": "LATEST" if published else "NONE", "assignees": [],
            "workflow": {"state": STATES[state]}}
    if published:
        item["lastPublishedVersion"], item["lastPublishedDate"] = version, changed
    return item


def brands(seed):
    """The brand items, in the order of BRANDS."""
    out = []
    for n, (name, country) in enumerate(BRANDS):
        rnd = random.Random(seed * 7919 + n)
        slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
        since = rnd.randint(1880, 1990)
        body = {"_meta": {"name": name, "schema": SCHEMA + "brand.json",
                          "deliveryKey": "brand/" + slug},
                "name": name, "country": country, "gln": gtin(9000 + n),
                "story": localized((
                    "%s has been making things for the home since %d." % (name, since),
                    "%s fertigt seit %d Dinge für das Zuhause." % (name, since),
                    "%s crée pour la maison depuis %d." % (name, since))),
                "logo": image(rnd, "logo_" + slug)}
        out.append(wrap(rnd, body, name, "5fbcffe38b4ae47459dd30f6", "Approved"))
    return out


def html(sentences, rnd):
    """The sentences as an editor's HTML."""
    safe = [s.replace("&", "&amp;").replace("€", "&euro;").replace("–", "&#8211;")
            .replace("é", "&eacute;").replace("ü", "&uuml;") for s in sentences]
    if rnd.random() < 0.5:
        return "<p>%s</p>" % "<br/>".join(safe)
    return "<p>%s</p>\n<ul>%s</ul>" % (safe[0], "".join("<li>%s</li>" % s for s in safe[1:]))


class Product:
    """All that is known of product n: names, texts, ERP values, prices."""

    def __init__(self, n, seed, brand_items):
        rnd = self.rnd = random.Random(seed * 1000003 + n)
        kind = self.kind = KINDS[n % len(KINDS)]
        m = n // len(KINDS)
        self.colour, m = COLOURS[m % len(COLOURS)], m // len(COLOURS)
        self.size, m = kind[5][m % len(kind[5])], m // len(kind[5])
        self.n, self.model = n, MODELS[(n + m) % len(MODELS)]
        self.sku = "%s%d-%s%s" % (kind[0], 1001 + m, self.colour[0],
                                  "-" + self.size[0] if self.size[0] else "")
        self.erp_sku, self.gtin, self.country = self.sku, gtin(n + 10001), rnd.choice(COUNTRIES)
        self.erp_gtin, self.uom = self.gtin, kind[6]
        self.brand = brand_items[(n + m) % len(brand_items)]
        self.brand_id = self.brand["id"]
        cents = int(kind[11] * 100 * rnd.uniform(0.7, 1.6)) // 100 * 100 + 90
        self.rrp_eur, self.rrp_gbp = money(cents), money(cents * 87 // 100)
        self.wholesale, self.promo = money(cents * 48 // 100), money(cents * 8 // 10)
        self.weight = kind[10] * rnd.uniform(0.8, 1.25)
        self.names = self._names()
        self.descriptions = self._descriptions()
        self.state, self.drop_erp = "Approved", False

    def _names(self):
        k, c = self.kind, self.colour
        form = self.rnd.randrange(3)
        if form == 0:
            english = "%s %s in %s, %s" % (self.model, k[1], k[4][0], c[1])
        elif form == 1:
            english = "%s %s, %s" % (self.model, k[1], c[1])
        else:
            english = "100%% %s %s ‘%s’, %s" % (k[4][0], k[1], self.model, c[1])
        return [english, "%s %s, %s" % (k[2], self.model, c[2]),
                "%s %s, %s" % (k[3], self.model, c[3])]

    def _descriptions(self):
        rnd = self.rnd
        rows = [rnd.choice(OPENERS)] + rnd.sample(SENTENCES, rnd.randint(2, 5))
        page, out = rnd.randint(2, 96), []
        for lang in range(3):
            words = {"m": self.model, "k": self.kind[1], "a": self.kind[4][lang],
                     "c": self.colour[1 + lang], "n": page}
            out.append([r[lang].format(**words) for r in rows])
        if rnd.random() < 0.1:
            return [html(s, rnd) for s in out]
        return [" ".join(s) for s in out]

    def item(self):
        """The content item of the product."""
        rnd, kind = self.rnd, self.kind
        body = {"_meta": {"name": self.names[0] + (", " + self.size[1] if self.size[1] else ""),
                          "schema": SCHEMA + "product.json",
                          "deliveryKey": "product/" + self.sku},
                "sku": self.sku, "gtin": self.gtin, "name": localized(self.names),
                "description": localized(self.descriptions),
                "brand": {"_meta": {"schema": CORE + "content-link"},
                          "contentType": SCHEMA + "brand.json", "id": self.brand_id},
                "images": [image(rnd, "%s_%02d" % (self.sku, i + 1))
                           for i in range(rnd.randint(1, 3))],
                "categories": [{"code": kind[8][0], "path": "All products / " + kind[8][1]},
                               {"code": kind[8][0][0],
                                "path": "All products / " + kind[7].split("/")[0]}],
                "attributes": {"colour": {"nrf": self.colour[0],
                                          "name": localized(self.colour[1:])}}}
        if self.size[1]:
            body["attributes"]["size"] = self.size[1]
        body["attributes"]["material"] = localized(kind[4])
        if rnd.random() < 0.75:
            body["care"] = localized(rnd.choice(CARE))
        if self.country is not None:
            body["countryOfOrigin"] = self.country
        body["marketing"] = {"from": "2026-%02d-%02d" % (rnd.randint(1, 10), rnd.randint(1, 28))}
        if rnd.random() < 0.5:
            body["marketing"]["to"] = "2027-%02d-%02d" % (rnd.randint(1, 12), rnd.randint(1, 28))
        label = "%s %s — %s%s" % (self.model, kind[1], self.colour[1],
                                  " / " + self.size[1] if self.size[1] else "")
        return wrap(rnd, body, label, "5f0f268b7bd08bc84f0%05x" % (self.n % len(KINDS)),
                    self.state, rnd.random() < 0.85)

    def spoil(self, kind, other):
        """Plants one fault; gives (path, value) as FINDINGS.json tells them."""
        if kind == "gtin-check-digit":
            self.gtin = self.gtin[:-1] + str((int(self.gtin[-1]) + 3) % 10)
            return "body.gtin", self.gtin
        if kind == "gtin-notation":
            self.gtin = "9.52E+12"
            return "body.gtin", self.gtin
        if kind in ("price-missing", "price-as-text"):
            self.rrp_eur = None if kind == "price-missing" else "auf Anfrage"
            return "amount", self.rrp_eur
        if kind == "uom-unknown":
            self.uom = "QX7"
            return "uom", self.uom
        if kind == "name-missing":
            self.names[1] = None
            return "body.name.values[locale=de-DE]", None
        if kind == "separator-in-text":
            self.descriptions[0] += " Rated 5* by 9 of 10 customers."
            return "body.description.values[locale=en-GB].value", "Rated 5* by 9 of 10 customers."
        if kind == "outside-unoc":
            self.descriptions[0] += " Pattern name: 紅葉."
            return "body.description.values[locale=en-GB].value", "Pattern name: 紅葉."
        if kind == "sku-too-long":
            self.sku = self.erp_sku = self.sku + "-SPECIAL-EDITION-2026"
            return "body.sku", self.sku
        if kind == "link-dangling":
            self.brand_id = uuid(self.rnd)
            return "body.brand.id", self.brand_id
        if kind == "erp-row-missing":
            self.drop_erp = True
            return None, None
        if kind == "sku-duplicate":
            self.sku, self.drop_erp = other.sku, True
            return "body.sku", self.sku
        self.country = None
        return "body.countryOfOrigin", None


def money(cents):
    return "%d.%02d" % (cents // 100, cents % 100)


def render(value, indent="\n"):
    """JSON with two blanks of indentation, as dc-cli writes it; ten times json.dumps."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        if not value:
            return "{}"
        deeper = indent + "  "
        return "{" + ",".join([deeper + quoted(k) + ": " + render(v, deeper)
                               for k, v in value.items()]) + indent + "}"
    if isinstance(value, list):
        if not value:
            return "[]"
        deeper = indent + "  "
        return "[" + ",".join([deeper + render(v, deeper) for v in value]) + indent + "]"
    return json.dumps(value)


def clean(item):
    """Takes out the localized values that a planted fault has removed."""
    name = item["body"]["name"]
    name["values"] = [v for v in name["values"] if v["value"] is not None]
    return item


def put(path, text):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        os.write(fd, text.encode("utf-8"))
    finally:
        os.close(fd)


class Folder:
    """One folder of the tree; labels become names as dc-cli makes them, -1 on a collision."""

    def __init__(self, path):
        os.makedirs(path)
        self.path, self.used = path, {}

    def add(self, item):
        stem = "".join(c for c in item["label"] if c not in '/\\?<>:*|"').strip()
        n = self.used.get(stem, -1) + 1
        self.used[stem] = n
        name = (stem if n == 0 else "%s-%d" % (stem, n)) + ".json"
        path = os.path.join(self.path, name)
        put(path, render(item))
        return path


def cell(value, separator=";"):
    """A CSV cell, quoted when it must be."""
    if any(c in value for c in (separator, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value


PRODUCT_HEAD = ("sku;gtin;description;uom;pack_uom;pack_qty;order_multiple;net_weight;gross_weight;"
                "weight_unit;length;width;height;dim_unit;country;hs_code;tax_class;"
                "lead_time_days;status;remark\r\n")


def erp_row(p):
    """One row of products.csv: semicolons, decimal comma, CRLF, now and then a remark."""
    rnd = random.Random(p.n * 31 + 7)
    comma = lambda x, d: ("%.*f" % (d, x)).replace(".", ",")
    title = "%s %s, %s" % (p.kind[2], p.model, p.colour[2])
    if rnd.random() < 0.07:
        title += ' "Aktion"'
    grams = rnd.random() < 0.1
    weight = p.weight * 1000 if grams else p.weight
    remark = rnd.choice(("Achtung:\r\nnur ganze Kartons", "bitte; trocken lagern",
                         "Neu im Herbst\nsiehe \"Lookbook\"")) if rnd.random() < 0.1 else ""
    cells = [p.erp_sku, p.erp_gtin, '"%s"' % title.replace('"', '""'), p.uom, "KAR",
             str(rnd.choice((4, 6, 10, 12))), str(rnd.choice((1, 1, 1, 2, 6))),
             comma(weight, 3), comma(weight * 1.08, 3), "G" if grams else "KG",
             comma(rnd.uniform(20, 60), 1), comma(rnd.uniform(15, 50), 1),
             comma(rnd.uniform(2, 30), 1), "CM", p.country or "PT", p.kind[9],
             rnd.choice("1117"), str(rnd.randint(5, 45)), rnd.choice("AAAN"), cell(remark)]
    return ";".join(cells) + "\r\n"


def price_rows(p):
    """The rows of prices.csv of one product; an older row stays now and then."""
    rnd = random.Random(p.n * 37 + 5)
    rows = []
    if p.rrp_eur is not None:
        if rnd.random() < 0.2:
            rows.append((p.sku, "RRP-EUR", "EUR", p.promo, "2025-02-01", "2026-01-31", "1"))
        rows.append((p.sku, "RRP-EUR", "EUR", p.rrp_eur, "2026-02-01", "", "1"))
    rows.append((p.sku, "RRP-GBP", "GBP", p.rrp_gbp, "2026-02-01", "", "1"))
    rows.append((p.sku, "WHS-EUR", "EUR", p.wholesale, "2026-02-01", "", "1"))
    if rnd.random() < 0.2:
        rows.append((p.sku, "PROMO-EUR", "EUR", p.promo, "2026-11-27", "2026-11-30", "1"))
    return "".join(",".join(cell(c, ",") for c in row) + "\n" for row in rows)


def small_files(out):
    """Content types, their schemas, hub settings with the workflow states."""
    for folder in ("content-type", "content-type-schema/schemas", "settings"):
        os.makedirs(os.path.join(out, folder))
    text = lambda d: {"allOf": [{"$ref": CORE + d}]}
    fields = {"brand": ({"name": {"type": "string"}, "story": text("localized-value"),
                         "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
                         "gln": {"type": "string", "pattern": "^[0-9]{13}$"},
                         "logo": text("image-link")}, ["name"]),
              "product": ({"sku": {"type": "string", "minLength": 1, "maxLength": 40},
                           "gtin": {"type": "string", "minLength": 8, "maxLength": 14},
                           "name": text("localized-value"),
                           "description": text("localized-value"),
                           "brand": text("content-link"),
                           "images": {"type": "array", "items": text("image-link")},
                           "categories": {"type": "array", "items": {"type": "object"}},
                           "attributes": {"type": "object"}, "care": text("localized-value"),
                           "countryOfOrigin": {"type": "string", "pattern": "^[A-Z]{2}$"},
                           "marketing": {"type": "object", "required": ["from"]}},
                          ["sku", "name", "brand", "countryOfOrigin"])}
    for name, (properties, required) in fields.items():
        uri = SCHEMA + name + ".json"
        put(os.path.join(out, "content-type", name + ".json"), render({
            "contentTypeUri": uri, "status": "ACTIVE",
            "settings": {"label": name.capitalize(), "icons": [], "visualizations": [],
                         "cards": []}, "repositories": ["content"]}))
        put(os.path.join(out, "content-type-schema", name + ".json"), render({
            "body": "./schemas/%s-schema.json" % name, "schemaId": uri,
            "validationLevel": "CONTENT_TYPE"}))
        put(os.path.join(out, "content-type-schema/schemas", name + "-schema.json"), render({
            "$schema": "http://json-schema.org/draft-07/schema#", "$id": uri,
            "title": name.capitalize(), "type": "object", "allOf": [{"$ref": CORE + "content"}],
            "properties": properties, "required": required,
            "propertyOrder": list(properties)}))
    put(os.path.join(out, "settings", "hub-settings-%s-hearthloom.json" % HUB), render({
        "id": HUB, "name": "hearthloom", "label": "Hearth & Loom – Home & Fashion",
        "settings": {"devices": [], "applications": [],
                     "localization": {"locales": list(LOCALES)}},
        "workflowStates": [{"id": i, "label": label, "color": "rgb(%d,%d,0)" % (n * 60, 128)}
                           for n, (label, i) in enumerate(STATES.items())]}))


def plan(o):
    """Which product gets which fault or state: two dicts by number."""
    rnd = random.Random(o.seed * 65537 + 1)
    if o.bad + o.review > max(o.items - 1, 0):
        raise SystemExit("catalog: --bad and --review together must be fewer than --items")
    chosen = rnd.sample(range(1, o.items), o.bad + o.review) if o.bad + o.review else []
    kinds = o.bad_kinds.split(",") if o.bad_kinds else BAD_KINDS
    for kind in kinds:
        if kind not in ALL_KINDS:
            raise SystemExit("catalog: unknown kind %r; there are: %s" % (kind,
                                                                          " ".join(ALL_KINDS)))
    bad = {n: kinds[i % len(kinds)] for i, n in enumerate(sorted(chosen[:o.bad]))}
    return bad, set(chosen[o.bad:])


def products(o, brand_items):
    """All products in order, with what was planted: (product, finding or None)."""
    bad, review = plan(o)
    clean_ones = [n for n in range(min(o.items, len(bad) + len(review) + 1))
                  if n not in bad and n not in review]
    for n in range(o.items):
        p, finding = Product(n, o.seed, brand_items), None
        if n in review:
            p.state = "In review"
        if n in bad:
            first = Product(clean_ones[0], o.seed, brand_items)
            path, value = p.spoil(bad[n], first)
            finding = {"kind": bad[n], "sku": p.sku, "path": path, "value": value}
        yield p, finding


def write_tree(o):
    """The export tree, the ERP files and FINDINGS.json under o.out."""
    export = os.path.join(o.out, "export")
    os.makedirs(os.path.join(o.out, "erp"))
    small_files(export)
    content = os.path.join(export, "content", "Content")
    brand_items = brands(o.seed)
    folder = Folder(os.path.join(content, "Brands"))
    for item in brand_items:
        folder.add(item)
    folders, findings, erp, prices = {}, [], [PRODUCT_HEAD], []
    for p, finding in products(o, brand_items):
        item, where = clean(p.item()), p.kind[7]
        if where not in folders:
            folders[where] = Folder(os.path.join(content, "Products", *where.split("/")))
        path = folders[where].add(item)
        if not p.drop_erp:
            erp.append(erp_row(p))
            prices.append(price_rows(p))
        if finding:
            findings.append(dict(finding, id="F%02d" % (len(findings) + 1),
                                 items=[{"id": item["id"],
                                         "file": os.path.relpath(path, o.out)}]))
    put_all(os.path.join(o.out, "erp", "products.csv"), "\ufeff" + "".join(erp))
    put_all(os.path.join(o.out, "erp", "prices.csv"),
            "sku,price_list,currency,amount,valid_from,valid_to,min_quantity\n" + "".join(prices))
    put_all(os.path.join(o.out, "FINDINGS.json"), render({
        "counts": {"items": o.items, "bad": o.bad, "in_review": o.review,
                   "good": o.items - o.bad - o.review}, "findings": findings}))


def put_all(path, text):
    with open(path, "x", encoding="utf-8", newline="") as f:
        f.write(text)


def stream(path, o, head, line_of, tail=""):
    """Writes lines until o.items or o.mb are reached; memory does not grow."""
    limit = o.mb * 1000000 if o.mb else None
    if limit:
        o.items = 10 ** 9 if not o.bad and not o.review else o.items
    brand_items, size = brands(o.seed), 0
    with (os.fdopen(1, "wb", closefd=False) if path == "-" else open(path, "wb", 1 << 20)) as f:
        for text in head(brand_items):
            size += f.write(text.encode("utf-8"))
        for p, _ in products(o, brand_items):
            size += f.write(line_of(p).encode("utf-8"))
            if limit and size >= limit:
                break
        f.write(tail.encode("utf-8"))


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

CSV_HEAD = ("sku,gtin,name_en,name_de,description,brand,country,uom,pack_qty,net_weight,"
            "weight_unit,rrp_eur,rrp_gbp,valid_from,status\n")


XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<catalog>\n'


def csv_line(p):
    """One row of the flat CSV: commas, decimal point, quotes and line ends in some cells."""
    text = p.descriptions[0].replace("<br/>", "\n")
    cells = [p.sku, p.gtin, p.names[0], p.names[1] or "", text, p.brand["body"]["name"],
             p.country or "", p.uom, str(4 + p.n % 9), "%.3f" % p.weight, "KG", p.rrp_eur or "",
             p.rrp_gbp, "2026-02-01", "A"]
    return ",".join([cell(c, ",") for c in cells]) + "\n"


def xml_product(p):
    """The same as a product element: two languages by attribute, text with line ends and references."""
    row = [("gtin", p.gtin), ("description", p.descriptions[0].replace("<br/>", "\n")),
           ("brand", p.brand["body"]["name"]), ("country", p.country or ""), ("uom", p.uom),
           ("packQuantity", str(4 + p.n % 9)), ("netWeight", "%.3f" % p.weight), ("weightUnit", "KG"),
           ("rrpEur", p.rrp_eur or ""), ("rrpGbp", p.rrp_gbp), ("validFrom", "2026-02-01")]
    names = "".join('    <name lang="%s">%s</name>\n' % (lang, escape(name or ""))
                    for lang, name in zip(("en", "de"), p.names))
    rest = "".join("    <%s>%s</%s>\n" % (tag, escape(text), tag) for tag, text in row)
    return '  <product sku="%s" status="A">\n%s%s  </product>\n' % (p.sku, names, rest)


def main(argv=None):
    a = argparse.ArgumentParser(prog="catalog.py", description="makes catalogues for tests")
    a.add_argument("--out", metavar="DIR", help="new folder for export/, erp/, FINDINGS.json")
    a.add_argument("--ndjson", metavar="FILE", help="the same items, one a line (- is stdout)")
    a.add_argument("--csv", metavar="FILE", help="one flat CSV of products (- is stdout)")
    a.add_argument("--xml", metavar="FILE", help="the same as one XML document (- is stdout)")
    a.add_argument("--items", type=int, default=1000)
    a.add_argument("--mb", type=int, default=0, help="size of --ndjson, --csv or --xml, not --items")
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--bad", type=int, default=0, help="so many items get a fault each")
    a.add_argument("--bad-kinds", metavar="A,B", help="of: " + " ".join(ALL_KINDS))
    a.add_argument("--review", type=int, default=0, help="so many items are In review")
    o = a.parse_args(argv)
    if not (o.out or o.ndjson or o.csv or o.xml):
        a.error("say at least one of --out, --ndjson, --csv, --xml")
    if o.out:
        if os.path.exists(o.out) and os.listdir(o.out):
            a.error("%s is there and not empty" % o.out)
        write_tree(o)
    if o.ndjson:
        stream(o.ndjson, o, lambda items: [_compact(i) + "\n" for i in items],
               lambda p: _compact(clean(p.item())) + "\n")
    if o.csv:
        stream(o.csv, o, lambda items: [CSV_HEAD], csv_line)
    if o.xml:
        stream(o.xml, o, lambda items: [XML_HEAD], xml_product, "</catalog>\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
