# The same items and values as json-832.xml, as JSON lines.
def name($l): .body.name.values | map(select(.locale == $l).value) | first;
select(.status == "ACTIVE" and .body._meta.schema == "https://gridspool.example/schema/product.json")
| {sku: .body.sku, gtin: .body.gtin, country: .body.countryOfOrigin, en: name("en-GB"), de: name("de-DE")}
