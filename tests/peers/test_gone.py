#!/usr/bin/env python3
"""Items that are gone or withdrawn: they are not sent, and check says that their partners are not told either."""
import night
import small
from night import check, equal


class Withdrawing(small.Small):
    """The map withdraws items that are archived; the source is complete."""

    def map_of(self, name):
        self.write("bundle/maps/%s.xml" % name, (small.MAP % "").replace(
            '<key ', '<withdraw if="state = \'ARCHIVED\'"/>\n\t<key '))
        return "maps/%s.xml" % name

    def write_routes(self, ready=None, complete="yes", agreements=()):
        self.write("bundle/routes.xml", "<routes %s>"
                   '<source name="products" kind="snapshot" format="json" ready="renamed" complete="%s"/>'
                   '<route source="products" agreement="acme-832"/></routes>\n' % (night.NS, complete))


def test_not_sent():
    with Withdrawing() as n:
        ran = n.program("check", expect=0)
        for words in ('bundle/routes.xml:1:', 'complete="yes": deletes are not sent yet',
                      "maps/acme.xml:4:", "<withdraw>: deletes are not sent yet", "(2 warnings)"):
            check(words in ran.out, words, "is not told:", ran)
        n.drop("products", "a.json", b'{"sku": "S1", "name": "One"}\n{"sku": "S2", "name": "Two"}\n'
                                     b'{"sku": "S3", "name": "Three", "state": "ARCHIVED"}\n')
        n.run()
        equal((n.interchange("acme")["items"], n.states("acme")), (2, {"pending": 2}), "items of the first night")
        n.answer("acme")
        n.drop("products", "b.json", b'{"sku": "S1", "name": "One", "state": "ARCHIVED"}\n')
        n.run()
        equal(len(n.rows("SELECT 1 FROM interchange WHERE state <> 'closed'")), 1, "interchanges")
        equal(n.states("acme"), {"accepted": 2}, "what the partner is known to hold")
        n.write_routes(complete="no")
        ran = n.program("check", expect=0)
        check("complete" not in ran.out, "a warning of what is not said:", ran)


if __name__ == "__main__":
    night.main(*[f for k, f in sorted(globals().items()) if k.startswith("test_")])
