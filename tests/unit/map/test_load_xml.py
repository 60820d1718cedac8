#!/usr/bin/env python3
"""The Catalogue of UBL 2.1 that maps/ampliance-product-to-ubl-catalogue.xml makes, read by a parser that is not
ours: the order of elements, those that must be there, and what stands in them, compared with the sources. Facets
and types of values are not checked: ORDER below is our reading of the schema, not the schema."""
import csv
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

TOP = os.environ["TEST_TOP"]
CAT = "{urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"

# The order of the schema, of what maps may write; ! must be there, * may repeat.
PARTY = "WebsiteURI EndpointID IndustryClassificationCode PartyIdentification* PartyName* PostalAddress"
ORDER = {
    "Catalogue": "UBLVersionID CustomizationID ProfileID ID! UUID ActionCode Name IssueDate! IssueTime RevisionDate "
                 "Note* Description* VersionID LineCountNumeric ValidityPeriod* ReferencedContract* ProviderParty! "
                 "ReceiverParty! SellerSupplierParty ContractorCustomerParty TradingTerms CatalogueLine!*",
    "CatalogueLine": "ID! ActionCode LifeCycleStatusCode ContractSubdivision Note* OrderableIndicator OrderableUnit "
                     "ContentUnitQuantity OrderQuantityIncrementNumeric MinimumOrderQuantity MaximumOrderQuantity "
                     "WarrantyInformation* PackLevelCode LineValidityPeriod ItemComparison* "
                     "RequiredItemLocationQuantity* DocumentReference* Item! KeywordItemProperty*",
    "RequiredItemLocationQuantity": "LeadTimeMeasure MinimumQuantity MaximumQuantity HazardousRiskIndicator "
                                    "TradingRestrictions* ApplicableTerritoryAddress* Price DeliveryUnit*",
    "Price": "PriceAmount! BaseQuantity PriceChangeReason* PriceTypeCode PriceType OrderableUnitFactorRate "
             "ValidityPeriod*",
    "Item": "Description* PackQuantity PackSizeNumeric CatalogueIndicator Name HazardousRiskIndicator "
            "AdditionalInformation* Keyword* BrandName* ModelName* BuyersItemIdentification SellersItemIdentification "
            "ManufacturersItemIdentification* StandardItemIdentification CatalogueItemIdentification "
            "AdditionalItemIdentification* OriginCountry CommodityClassification* AdditionalItemProperty*",
    "AdditionalItemProperty": "ID Name! NameCode TestMethod Value ValueQuantity",
    "SellersItemIdentification": "ID!",
    "StandardItemIdentification": "ID!",
    "PartyIdentification": "ID!",
    "ProviderParty": PARTY,
    "ReceiverParty": PARTY,
}


def local(element):
    return element.tag.split("}")[1]


def check(element):
    """Every aggregate has what its type demands, in the order of the type."""
    name = local(element)
    if element.tag.startswith(CBC):
        assert len(element) == 0 and (element.text or "").strip(), f"{name} is empty"
        return
    slots = ORDER[name].split()
    names = [s.rstrip("!*") for s in slots]
    found = [local(k) for k in element]
    for k in found:
        assert k in names, f"{name} has no {k}"
    places = [names.index(k) for k in found]
    assert places == sorted(places), f"{name}: {found} are out of order"
    for slot, bare in zip(slots, names):
        assert "!" not in slot or bare in found, f"{name} lacks {bare}"
        assert "*" in slot or found.count(bare) <= 1, f"{name} has {bare} twice"
    for k in element:
        check(k)


GOLDEN = os.path.join(TOP, "tests", "golden", "convert-pricat")


def convert():
    done = subprocess.run(
        [os.environ["GRIDSPOOL"], "convert", "--quiet", "--date", "2026-11-23",
         "--map", os.path.join(TOP, "maps", "ampliance-product-to-ubl-catalogue.xml"),
         "--set", "agreement/approved=Approved", "--set", "agreement/catalog=AW26",
         "--set", "environment/gln=9521000000004", "--set", "partner/gln=9521000101111",
         "--workflow", GOLDEN + "-hub.json", "--join", f"master={GOLDEN}.csv", "--join", f"price={GOLDEN}.csv",
         GOLDEN + ".json"], capture_output=True, timeout=60)
    assert done.returncode == 65, done.stderr  # one item of the case is set aside
    return done.stdout


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def english(body, name):
    return next((v["value"] for v in body[name]["values"] if v["locale"] == "en-GB"), None)


def check_line(line, body, rows, units):
    """A line has what the sources say of its article, nothing else."""
    unit = units[rows[0]["uom"]]
    assert line.find(CBC + "OrderableUnit").text == unit
    assert line.find(f"{CAC}Item/{CBC}Name").text == english(body, "name")
    assert line.find(f".//{CAC}StandardItemIdentification/{CBC}ID").text == body["gtin"]
    prices = line.findall(CAC + "RequiredItemLocationQuantity")
    assert len(prices) == len(rows) > 0
    for price, row in zip(prices, rows):
        amount = price.find(f".//{CBC}PriceAmount")
        assert (amount.get("currencyID"), amount.text) == (row["currency"], row["amount"])
        smallest, base = price.find(CBC + "MinimumQuantity"), price.find(f".//{CBC}BaseQuantity")
        assert (smallest.text, base.text) == (row["min_quantity"], "1")
        assert smallest.get("unitCode") == base.get("unitCode") == unit


def main():
    root = ET.fromstring(convert())
    assert root.tag == CAT + "Catalogue", root.tag
    check(root)
    with open(GOLDEN + ".json", encoding="utf-8") as f:
        bodies = {body["sku"]: body for body in (json.loads(line)["body"] for line in f if line.strip())}
    rows = read_csv(GOLDEN + ".csv")
    units = {row["erp"]: row["rec20"] for row in read_csv(os.path.join(TOP, "maps", "tables", "uom-rec20.csv"))}
    lines = {line.find(f".//{CAC}SellersItemIdentification/{CBC}ID").text: line for line in root.findall(CAC + "CatalogueLine")}
    assert sorted(lines) == ["RUG-2", "TOW-1"], lines  # MAT-3 is not approved, BOW-4 set aside for its GTIN
    for sku, line in lines.items():
        check_line(line, bodies[sku], [row for row in rows if row["sku"] == sku], units)


if __name__ == "__main__":
    sys.exit(main())
