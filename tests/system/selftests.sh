# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# selftests.sh: runs kselftests in the guest and counts each of their tests. Sourced after lib.sh.
# shellcheck disable=SC2154 # $bin and $tests are lib.sh's

selftests=(port path mapping event share race unbind)

# Whoever runs this in the guest is a user without any capability.
as_user="/selftests/setpriv --reuid 1000 --regid 1000 --clear-groups --bounding-set -all --inh-caps -all"

# The arguments by which `guest` takes them along, and a setpriv that changes users.
add_selftests() {
	local name
	for name in "${selftests[@]}"; do
		printf -- '--add\n%s\n' "$bin/selftests/$name:/selftests/$name"
	done
	# busybox's own cannot do it, and its shell would prefer that
	printf -- '--add\n%s\n' "$(command -v setpriv):/selftests/setpriv"
}

# selftest user|root "NAME [OPTION...]" PORTS [VARIABLE=VALUE]...: its KTAP lines become tests of ours
selftest() {
	local user=$1 name=$2 ports=$3 as='' line said code=0 start=$SECONDS
	shift 3
	[ "$user" = root ] || as=$as_user
	said=$(guest "for p in $ports; do chown $([ "$user" = root ] && echo 0 || echo 1000) /dev/onepath/\$p; done
		$* ONEPATH_PORTS='$ports' $as /selftests/$name" 2>&1) || code=$?
	while read -r line; do
		case $line in
		"ok "*) tests=$((tests + 1)) && echo "ok $tests - selftests, $user: ${name%% *}: ${line#ok * }" ;;
		"not ok "*)
			tests=$((tests + 1))
			echo "$said" | grep -v '^ok ' | tail -30 | sed 's/^#* */# /'
			echo "not ok $tests - selftests, $user: ${name%% *}: ${line#not ok * }"
			code=0
			;;
		esac
	done <<<"$said"
	echo "# $name: $((SECONDS - start)) s"
	# no test said why
	if [ $code -ne 0 ] || ! grep -q '^1\.\.' <<<"$said"; then
		tests=$((tests + 1))
		echo "$said" | tail -30 | sed 's/^#* */# /'
		echo "not ok $tests - selftests: $name ended with exit code $code"
	fi
}
