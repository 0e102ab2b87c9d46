#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What the sanitizers find does not pass unseen: neither in a host test nor in an onepath-nic
# that a system test started. The errors are planted (planted.c).
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
planted=$root/build/sanitize/planted
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/system/lib.sh
. "$root/tests/system/lib.sh"

ends_well() {
	"$planted" none
}

ends_in_error() { # KIND
	! "$planted" "$1" && ! "$planted" "$1" >"$work/log" 2>&1 && sanitizer_reports "$work/log"
}

# As tests/system/run does, with a program in onepath-nic's place that errs once it is up.
nic_with() { # KIND
	printf '#!/bin/sh\nexec "%s" %s\n' "$planted" "$1" >"$work/nic"
	chmod +x "$work/nic"
	nic_program=$work/nic start_nic test none && stop_nic test
}

nic_that_errs_is_noticed() { # KIND
	! nic_with "$1"
}

check "a program without errors ends well" ends_well
for kind in overflow arithmetic leak; do
	check "a test's $kind ends it in error, with a report" ends_in_error $kind
done
check "an onepath-nic without errors ends well" nic_with none
for kind in overflow arithmetic leak; do
	check "an onepath-nic's $kind is noticed" nic_that_errs_is_noticed $kind
done
echo "1..$tests"
[ "$tests" -eq 8 ]
