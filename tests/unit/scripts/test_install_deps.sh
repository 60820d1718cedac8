#!/usr/bin/env bash
# install-deps installs only what is missing, asks nothing, keeps services from starting, and says clearly when it
# cannot. Run with stand-ins for dpkg-query, apt-get, id and sudo: nothing on this machine changes.
set -u
bin=$TEST_TMP/bin
mkdir -p "$bin"
stub() { printf '#!/bin/bash\n%s\n' "$2" >"$bin/$1" && chmod +x "$bin/$1"; }
stub id 'echo 1000'
stub dpkg-query '[ -e "'"$TEST_TMP"'/has-$4" ] || [ -e "'"$TEST_TMP"'/all" ] && printf installed'
stub apt-get 'exit 9'
stub sudo 'while [[ $1 == -* ]]; do shift; done; echo "$*" >>"'"$TEST_TMP"'/done"
case "$*" in *" install "*) touch "'"$TEST_TMP"'/all" ;; tee*) cat >/dev/null ;; esac'
stub node 'exit 0'
stub npm 'exit 0'
wrong=0
want() { # want STATUS TEXT WHAT ARGUMENTS...
	local status=$1 text=$2 what=$3 said rc
	shift 3
	said=$(PATH=$bin:/usr/bin:/bin "$TEST_TOP/scripts/install-deps" "$@" 2>&1 </dev/null)
	rc=$?
	if [ "$rc" != "$status" ] || [[ $said != *"$text"* ]]; then
		printf '%s: left with %s, expected %s and "%s"; said:\n%s\n' "$what" "$rc" "$status" "$text" "$said"
		wrong=1
	fi
}

touch "$TEST_TMP/all"
want 0 'nothing to do' "all is there"
[ -z "$(PATH=$bin:$PATH "$TEST_TOP/scripts/install-deps" --if-missing)" ] || { echo "--if-missing speaks for nothing"; wrong=1; }
[ ! -e "$TEST_TMP/done" ] || { echo "it does something when all is there"; wrong=1; }
rm "$TEST_TMP/all"

for p in $("$TEST_TOP/scripts/install-deps" --list); do
	touch "$TEST_TMP/has-$p"
done
rm "$TEST_TMP/has-jq" "$TEST_TMP/has-openssh-server"
want 0 'packages: openssh-server jq' "two are missing"
grep -q 'DEBIAN_FRONTEND=noninteractive apt-get -y .* install --no-install-recommends openssh-server jq$' "$TEST_TMP/done" ||
	{ echo "apt-get was not called for these two alone, or may ask:"; cat "$TEST_TMP/done"; wrong=1; }
if [ ! -e /usr/sbin/policy-rc.d ]; then
	grep -v '^true$' "$TEST_TMP/done" | head -n 1 | grep -q '^tee /usr/sbin/policy-rc.d$' || { echo "services may start"; wrong=1; }
	tail -n 2 "$TEST_TMP/done" | grep -q '^rm -f /usr/sbin/policy-rc.d$' || { echo "the policy stays"; wrong=1; }
fi
rm -f "$TEST_TMP/all"
stub sudo 'exit 1'
want 69 'sudo refused' "sudo refuses"
mkdir "$TEST_TMP/few"
for tool in bash env cat tr dirname mktemp tail rm; do
	ln -s "$(command -v $tool)" "$TEST_TMP/few/$tool"
done
mv "$bin/sudo" "$TEST_TMP/sudo"
said=$(PATH=$bin:$TEST_TMP/few bash "$TEST_TOP/scripts/install-deps" 2>&1)
[ $? = 69 ] && [[ $said == *'neither root nor sudo'*jq* ]] || { printf 'without sudo it says:\n%s\n' "$said"; wrong=1; }
rm "$bin/dpkg-query"
said=$(PATH=$bin:$TEST_TMP/few bash "$TEST_TOP/scripts/install-deps" 2>&1)
[ $? = 69 ] && [[ $said == *'expected Debian 12 with apt'*libxml2-dev* ]] || { printf 'without dpkg it says:\n%s\n' "$said"; wrong=1; }
exit $wrong
