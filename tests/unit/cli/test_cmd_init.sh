#!/bin/sh
# gridspool init: what it makes, that it can be repeated, what it refuses; and that its examples are good.
set -eu

fail() { echo "$1"; exit 1; }
status() { want=$1; shift; set +e; "$@" >out 2>&1; got=$?; set -e; [ "$got" = "$want" ] || { cat out; fail "$*: left with $got, expected $want"; }; }
says() { grep -qF -- "$1" out || { cat out; fail "not said: $1"; }; }
init() { "$GRIDSPOOL" init "$@"; }

status 0 init dev
[ -s out ] && fail "a good run without a terminal prints nothing"
for d in partners bundle/maps bundle/agreements keys inbox current work outbox sent received import feedback hold \
	quarantine archive/bundles log; do
	[ -d "dev/$d" ] || fail "dev/$d is not there"
done
[ "$(stat -c %a dev/keys)" = 700 ] || fail "keys: $(stat -c %a dev/keys)"
[ "$(stat -c %a dev/inbox)" = 2750 ] || fail "inbox: $(stat -c %a dev/inbox)"
grep -q 'name="dev" usage="test"' dev/environment.xml || fail "name and usage"
grep -Eq 'instance="[0-9a-f]{32}"' dev/environment.xml || fail "instance"
status 0 "$GRIDSPOOL" check --env dev
mkdir dev/run.lock
status 78 "$GRIDSPOOL" run --env dev
says "UNREADABLE: dev/run.lock is the file in which a run says that it is there: open run.lock: this is a folder"
rmdir dev/run.lock

! grep -rqi hearthloom dev || fail "an environment names the merchant of the example"

# again: left alone
cp dev/environment.xml before
status 65 init dev
says "is an environment already"
cmp -s dev/environment.xml before || fail "environment.xml was changed"

# two are not the same
status 0 init --usage production --name prod ./two/
grep -q 'name="prod" usage="production"' two/environment.xml || fail "options"
[ "$(grep -o 'instance="[^"]*"' dev/environment.xml)" != "$(grep -o 'instance="[^"]*"' two/environment.xml)" ] ||
	fail "same instance"

# stopped half way, then finished with the same instance
for stop in environment ledger empty; do
	rm -rf half
	case $stop in
	environment) mkdir -p half/partners && mkdir -m 700 half/keys ;;
	ledger) init half; rm half/ledger.db half/audit.log; cp half/environment.xml before; rmdir half/log ;;
	empty) init half; rm half/audit.log; : >half/ledger.db ;;
	esac
	status 0 init half
	[ $stop != ledger ] || cmp -s half/environment.xml before || fail "another environment.xml"
	status 0 "$GRIDSPOOL" check --env half
done

# a ledger is never replaced
mv half/ledger.db saved
status 65 init half
says "its ledger.db is gone: put it back from a backup"
mv saved half/ledger.db
mv half/environment.xml saved
status 65 init half
says "put environment.xml back from a backup"
mv saved half/environment.xml
rm half/ledger.db half/audit.log
status 64 init half --usage production
says 'says usage="test", --usage says production'
echo '<environment' >half/environment.xml
status 78 init half
says "environment.xml:2:1: "

mkdir other
echo x >other/letter.txt
status 65 init other
says "other is not empty: it has 'letter.txt'"
[ "$(ls other)" = letter.txt ] || fail "something was made in other"
status 64 init "Big Name"
says "cannot be the name of an environment"
status 0 init "Big Name" --name small
status 64 init
says "DIR is missing"
status 64 init a b
status 64 init a --usage prod
says "expected test or production"
status 64 init a --json
says "--json is not taken"
status 0 init --help
says "usage: gridspool init DIR"
status 65 init nowhere/deep
says "nowhere"

# the examples, put in their places, are a configuration without faults
cp dev/partners/partner.xml.example dev/partners/partner.xml
cp dev/bundle/agreements/partner.xml.example dev/bundle/agreements/partner.xml
cp dev/bundle/routes.xml.example dev/bundle/routes.xml
sed -i 's/<run /<identity qualifier="ZZ" id="OURID"\/>&/' dev/environment.xml
status 78 "$GRIDSPOOL" check --env dev
says "maps/partner.xml"
says "credential of endpoint 'main'"
! grep -E '^(environment|partners/[a-z.]*|bundle/routes|bundle/agreements/[a-z.]*)\.xml:[0-9]+:[0-9]+: ' out ||
	fail "an example is faulty"
