#!/usr/bin/env bash
# The example environment has copies of the map and table that come with the program, since what is in a bundle is what
# is promoted. They are the same, byte for byte.
set -u
wrong=0
cd "$TEST_TOP" || exit 1
for file in maps/ampliance-product-to-832.xml tables/uom-x12.csv; do
	program=maps/${file#maps/}
	cmp "$program" "spool/example/bundle/$file" || { echo "copy $program to spool/example/bundle/$file"; wrong=1; }
done
exit $wrong
