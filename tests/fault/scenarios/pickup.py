"""Files and trees on their way from inbox/ to a partner."""
import os

import night
import scene
import small

ITEMS = (("SKU-1", "Mug"), ("SKU-2", "Cup"), ("SKU-3", "Bowl"))


class PickUpFile(scene.Scenario):
    """A file of a source of events, with its marker."""

    def world(self, top):
        return small.Small(kind="events", ready="marker", top=top)

    def prepare(self, n):
        n.items("a.json", *ITEMS)
        n.drop("products", "a.json.ready", b"")


class PickUpTree(scene.Scenario):
    """An export tree with its references, for two partners."""

    def world(self, top):
        return night.Night(top=top)

    def prepare(self, n):
        n.drop_all(night.catalogue(os.path.join(n.top, "catalogue"), "--items", "3"))


class SnapshotReplaced(scene.Scenario):
    """A new version of a snapshot: one item new, one changed, one gone, one as before."""

    def prepare(self, n):
        n.items("a.json", *ITEMS)
        n.run()
        n.items("b.json", ("SKU-1", "Mug"), ("SKU-2", "Cup, blue"), ("SKU-4", "Plate"))


class ReferenceReplaced(scene.Scenario):
    """A new price list, and no new content."""

    def world(self, top):
        return night.Night(partners=("acme",), top=top)

    def prepare(self, n):
        folder = night.catalogue(os.path.join(n.top, "catalogue"), "--items", "3")
        n.drop_all(folder)
        n.run()
        key = n.rows("SELECT key FROM item ORDER BY key")[0][0]
        n.drop("erp-prices", "prices.csv", night.price_change(folder, key)[0])


class Unchanged(scene.Scenario):
    """The same files once more: nothing is sent."""

    def prepare(self, n):
        n.items("a.json", *ITEMS)
        n.run()
        n.items("a.json", *ITEMS)


class OneBadItem(scene.Scenario):
    """An item that cannot be sent stays behind, for two partners; a file that is not JSON as well."""

    def world(self, top):
        return small.Small(kind="events", partners=("acme", "nord"), top=top)

    def prepare(self, n):
        n.items("a.json", ("SKU-1", "Mug*~>"), *ITEMS[1:])
        n.drop("products", "b.json", b'{"sku": "SKU-9", "name": "M')
