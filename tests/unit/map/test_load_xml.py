#!/usr/bin/env python3
"""The Catalogue of UBL 2.1 that maps/ampliance-product-to-ubl-catalogue.xml makes, read by a parser that is not
ours: the order of elements, those that must be there, currencies and units, and what stands in them."""
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


def convert():
    golden = os.path.join(TOP, "tests", "golden", "convert-pricat")
    done = subprocess.run(
        [os.environ["GRIDSPOOL"], "convert", "--quiet", "--date", "2026-11-23",
         "--map", os.path.join(TOP, "maps", "ampliance-product-to-ubl-catalogue.xml"),
         "--set", "agreement/approved=Approved", "--set", "agreement/catalog=AW26",
         "--set", "environment/gln=9521000000004", "--set", "partner/gln=9521000101111",
         "--workflow", golden + "-hub.json", "--join", f"master={golden}.csv", "--join", f"price={golden}.csv",
         golden + ".json"], capture_output=True, timeout=60)
    assert done.returncode == 65, done.stderr  # one item of the case is set aside
    return done.stdout


def main():
    root = ET.fromstring(convert())
    assert root.tag == CAT + "Catalogue", root.tag
    check(root)
    line = root.find(CAC + "CatalogueLine")
    amount = line.find(f".//{CBC}PriceAmount")
    assert (amount.get("currencyID"), amount.text) == ("EUR", "12.90")
    for quantity in line.iter(CBC + "BaseQuantity"):
        assert quantity.get("unitCode") == "H87"
    assert line.find(f"{CAC}Item/{CBC}Name").text == "Towel's edge: cr\u00e8me + \"white\""
    assert line.find(f".//{CAC}StandardItemIdentification/{CBC}ID").text == "614141007349"
    assert len(root.findall(CAC + "CatalogueLine")) == 2


if __name__ == "__main__":
    sys.exit(main())
