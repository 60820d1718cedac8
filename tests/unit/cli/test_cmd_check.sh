#!/bin/sh
# gridspool check: everything that is wrong is named at once, as text and as JSON, and nothing is changed.
set -eu

fail() { echo "$1"; exit 1; }
status() { want=$1; shift; set +e; "$@" >out 2>err; got=$?; set -e; [ "$got" = "$want" ] || { cat out err; fail "$*: left with $got, expected $want"; }; }
says() { grep -qF -- "$1" out || { cat out; fail "not said: $1"; }; }
NS='xmlns="urn:gridspool:config:1"'

"$GRIDSPOOL" init dev --quiet
sed -i 's/<run /<identity qualifier="ZZ" id="OURID"\/>&/' dev/environment.xml
mkdir drop
cat >dev/partners/acme.xml <<X
<partner $NS name="acme" usage="test"><identity qualifier="ZZ" id="ACME"/>
<endpoint name="main" protocol="sftp" usage="test" host="h" user="u" credential="acme-key">
<host-key sha256="SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"/></endpoint>
<endpoint name="drop" protocol="directory" usage="test" path="$PWD/drop"/>
</partner>
X
cat >dev/bundle/routes.xml <<X
<routes $NS><source name="ampliance" kind="snapshot" format="json"/></routes>
X
printf secret >dev/keys/acme-key
chmod 400 dev/keys/acme-key

status 0 "$GRIDSPOOL" check --env dev
says "dev: nothing is wrong (1 warnings)"
says "bundle/routes.xml:1: warning: source 'ampliance' has no <route>, and no map of a route joins it: what arrives lies in current/ampliance/"
says "note: credentials are plain files in keys/ (mode 0400) for now"
says "note: inbox/ampliance is not there yet; the next run makes it"
[ ! -e dev/inbox/ampliance ] || fail "check made a folder"
! grep -q secret out || fail "a secret was printed"
status 0 "$GRIDSPOOL" check --env dev --json
python3 -c 'import json,sys; d=json.load(open("out")); assert d["ok"] is True and d["errors"] == 0 and len(d["faults"]) == 1 and len(d["notes"]) == 2, d'
(cd dev && status 0 "$GRIDSPOOL" check && rm -f out err)

# folders of a directory endpoint that are not there, or no folders
sed -i 's|path="[^"]*/drop"|& put="in" get="out"|' dev/partners/acme.xml
echo file >drop/out
status 0 "$GRIDSPOOL" check --env dev
says "endpoint 'drop', put folder below $PWD/drop: open in: No such file"
says "endpoint 'drop', get folder below $PWD/drop:"
sed -i 's| put="in" get="out"||' dev/partners/acme.xml
rm drop/out

# many things at once
chmod 644 dev/keys/acme-key
chmod 755 dev/keys
chmod o+w dev/outbox
chmod g+w dev/partners/acme.xml
rmdir dev/hold
sed -i 's/min-free="64M"/min-free="4000000T"/' dev/environment.xml
status 78 "$GRIDSPOOL" check --env dev
says "partners/acme.xml:2: credential of endpoint 'main':"
says "keys: others may look into it (mode 0755), expected 0700"
says "outbox: everybody may write here (mode 0752): chmod o-w"
says "partners/acme.xml: the group may change it"
says "hold: the folder is not there: mount it or restore it from a backup; if it was empty, mkdir -m 750 dev/hold"
says "<disk min-free> in environment.xml asks for"
says "dev: 5 wrong, 2 warnings; no run starts"
status 78 "$GRIDSPOOL" check --env dev --json
python3 - <<'X'
import json
d = json.load(open("out"))
assert d["ok"] is False and d["errors"] == 5 and d["warnings"] == 2, d
one = [f for f in d["faults"] if "credential" in f["text"]][0]
assert one["file"] == "partners/acme.xml" and one["line"] == 2 and one["severity"] == "error", one
X

# faulty configuration: its faults, and what can be judged without it
sed -i 's/protocol="directory"/protocol="directry"/' dev/partners/acme.xml
echo "<routes $NS><sorce/></routes>" >dev/bundle/routes.xml
status 78 "$GRIDSPOOL" check --env dev
says "bundle/routes.xml:1:40: <sorce> is not known inside <routes>; did you mean 'source'?"
says 'partners/acme.xml:4:1: protocol="directry" of <endpoint> must be directory or sftp; did you mean '"'directory'?"
says "partners/acme.xml:2: credential of endpoint 'main':"
says "<disk min-free> in environment.xml asks for"
says "dev: 7 wrong"
says "hold: the folder is not there"

# an agreement and its map: message, version, key
"$GRIDSPOOL" init m --quiet
sed -i 's/<run /<identity qualifier="ZZ" id="OURID"\/>&/' m/environment.xml
cat >m/partners/acme.xml <<X
<partner $NS name="acme" usage="test"><identity qualifier="ZZ" id="ACME"/>
<endpoint name="main" protocol="directory" usage="test" path="$PWD/drop"/></partner>
X
cat >m/bundle/routes.xml <<X
<routes $NS><source name="cat" kind="snapshot" format="json"/><route source="cat" agreement="acme-832"/></routes>
X
cat >m/bundle/agreements/acme.xml <<X
<agreements $NS partner="acme">
<agreement name="acme-832" message="832" version="004010" map="maps/m.xml" source="cat" endpoint="main" send="changes" accepted-at="sent">
<set name="catalog" value="AW26"/></agreement></agreements>
X
cp "$TEST_TOP/maps/examples/01-first/map.xml" m/bundle/maps/m.xml
sed -i 's/<key .*/<key value="sku"\/>/' m/bundle/maps/m.xml
status 78 "$GRIDSPOOL" check --env m
says 'agreements/acme.xml:2: agreement acme-832 has send="changes", so the key of its map maps/m.xml must be unique'
says 'm: 1 wrong'
sed -i 's/<key .*/<key value="sku" unique="yes"\/>/' m/bundle/maps/m.xml
status 0 "$GRIDSPOOL" check --env m
status 0 "$GRIDSPOOL" check --env m --quiet
[ ! -s out ] || fail "--quiet says something"
sed -i 's/message="832"/message="850"/' m/bundle/agreements/acme.xml
status 78 "$GRIDSPOOL" check --env m
says 'agreement acme-832: its map maps/m.xml makes message 832 of version 004010, the agreement says message="850"'
sed -i 's/message="850" version="004010"/message="832" version="005010"/' m/bundle/agreements/acme.xml
status 78 "$GRIDSPOOL" check --env m
says 'the agreement says message="832" version="005010"'

# files without segments: the definition of their map; no version, identity or acknowledgment
cp -r m f
sed -i 's/<identity[^>]*>//' f/partners/acme.xml f/environment.xml
sed -i 's/message="832" version="005010"/format="csv" message="products"/; s/ accepted-at="sent"//' f/bundle/agreements/acme.xml
cat >f/bundle/maps/m.xml <<X
<map xmlns="urn:gridspool:map:1" name="m"><source format="json"/><key value="sku" unique="yes"/>
<target format="csv" definition="product-list"/>
<item><row><col name="article" value="sku"/><col name="name" value="\$partner/id"/><col name="unit" value="'H87'"/>
<col name="gtin" value="gtin"/><col name="price" value="price"/><col name="currency" value="'EUR'"/></row></item></map>
X
status 78 "$GRIDSPOOL" check --env f
says 'its map maps/m.xml makes files of the definition product-list, the agreement says message="products"'
says 'partner/id is not defined for agreement acme-832'
sed -i 's/message="products"/message="product-list"/' f/bundle/agreements/acme.xml
sed -i 's/\$partner.id/name/' f/bundle/maps/m.xml
status 0 "$GRIDSPOOL" check --env f
sed -i 's/ format="csv"/ version="004010"/' f/bundle/agreements/acme.xml
status 78 "$GRIDSPOOL" check --env f
says "agreement 'acme-832' is of format x12, whose envelopes name the partner: partners/acme.xml needs an <identity"

# a faulty configuration: the map it names is not there; two agreements of one faulty map; no routes
sed 's/acme-832/acme-two/; s/maps\/m.xml/maps\/n.xml/; s/version="005010"/version="004010"/; s/<.agreements>//' \
	m/bundle/agreements/acme.xml >two
sed -i 's/version="005010"/version="004010"/' m/bundle/agreements/acme.xml
{ sed 's/<.agreements>//' m/bundle/agreements/acme.xml; sed 1d two; echo '</agreements>'; } >three
cp three m/bundle/agreements/acme.xml
sed -i 's/<.routes>/<route source="cat" agreement="acme-two"\/><rute\/>&/' m/bundle/routes.xml
status 78 "$GRIDSPOOL" check --env m
says "<rute> is not known inside <routes>"
says "bundle/agreements/acme.xml:4: map maps/n.xml of agreement acme-two is not in bundle/"
says "m: 2 wrong"
sed -i 's/<rute\/>//' m/bundle/routes.xml
sed -i 's/maps\/n.xml/maps\/m.xml/' m/bundle/agreements/acme.xml
sed -i 's/LIN02=/LIN0Z=/' m/bundle/maps/m.xml
status 78 "$GRIDSPOOL" check --env m
[ "$(grep -c "LIN0Z" out)" = 1 ] || { cat out; fail "a fault of one map is told twice"; }
says "LIN has no element LIN0Z"
rm m/bundle/routes.xml
status 78 "$GRIDSPOOL" check --env m
says "bundle/routes.xml: is not there: it says which sources there are"
! grep -q "is not in bundle/routes.xml" out || fail "sources of no routes"

# a map that reads a column which the file in use does not have
"$GRIDSPOOL" init h --quiet
sed -i 's/<run /<identity qualifier="ZZ" id="OURID"\/>&/' h/environment.xml
cp m/partners/acme.xml h/partners/
cat >h/bundle/routes.xml <<X
<routes $NS><source name="cat" kind="snapshot" format="json"/><source name="erp" kind="reference" format="csv" separator=";"/>
<route source="cat" agreement="acme-832"/></routes>
X
sed '3,$d; s/>$/>/' m/bundle/agreements/acme.xml >h/bundle/agreements/acme.xml
echo '<set name="catalog" value="AW26"/></agreement></agreements>' >>h/bundle/agreements/acme.xml
sed 's/<key /<join name="price" source="erp" format="csv" key="sku" on="sku" rows="one"\/>\n<let name="p" value="$price\/amuont"\/>\n&/
	s/PID05="name"/PID05="$p"/; s/LIN0Z=/LIN02=/' m/bundle/maps/m.xml >h/bundle/maps/m.xml
status 0 "$GRIDSPOOL" check --env h
mkdir h/current/erp
echo 'sku;x' >h/current/erp/in-000001.csv
echo 'sku;amount' >h/current/erp/in-000002.csv
status 0 "$GRIDSPOOL" check --env h
says "warning: current/erp/in-000002.csv has no column 'amuont'; did you mean 'amount'?"
status 0 "$GRIDSPOOL" map check --env h
says "warning: current/erp/in-000002.csv has no column 'amuont'; did you mean 'amount'?"

# the ledger of another environment, and none
"$GRIDSPOOL" init a --quiet
"$GRIDSPOOL" init b --quiet
cp b/ledger.db a/ledger.db
status 78 "$GRIDSPOOL" check --env a
says "ledger.db: "
rm a/ledger.db
status 78 "$GRIDSPOOL" check --env a
says "ledger.db: LEDGER-GONE: is not there"

# usage
status 64 "$GRIDSPOOL" check
grep -q "which environment?" err || fail "no environment"
status 64 "$GRIDSPOOL" check --env dev more
status 0 "$GRIDSPOOL" check --help
says "usage: gridspool check"
