# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# expect.sh: what test_nf.sh and test_onepathctl.sh share: what a program's run must have
# led to. The caller leaves the exit status in $status, output in $tmp/out and $tmp/err, and
# has $tmp/json_get; it may define expect_more for expectations of its own.
# shellcheck disable=SC2154 # $status and $tmp: see above

passed=0 failed=0

# expect_more WORD ARGUMENTS: sets $used to how many words it took, 0 if it does not know WORD
expect_more() {
	used=0
}

# expect NAME STATUS [err TEXT | not-err TEXT | out REGEX | no-err | no-out | json POINTER VALUE]...
expect() {
	local name=$1 good=true used

	[ "$status" = "$2" ] || good=false
	shift 2
	while [ $# -gt 0 ]; do
		used=2
		case $1 in
		err) grep -qF -- "$2" "$tmp/err" || good=false ;;
		not-err) ! grep -qF -- "$2" "$tmp/err" || good=false ;;
		out) grep -qE -- "$2" "$tmp/out" || good=false ;;
		no-err) used=1; [ ! -s "$tmp/err" ] || good=false ;;
		no-out) used=1; [ ! -s "$tmp/out" ] || good=false ;;
		json) used=3; [ "$("$tmp/json_get" "$2" <"$tmp/out")" = "$3" ] || good=false ;;
		*)
			expect_more "$@" || good=false
			[ "$used" -gt 0 ] || { echo "$0: unknown expectation $1" >&2; exit 2; }
			;;
		esac
		shift "$used"
	done
	if $good; then
		passed=$((passed + 1))
		echo "ok - $name"
	else
		failed=$((failed + 1))
		echo "not ok - $name (exit status $status)"
		sed 's/^/#   /' "$tmp/out" "$tmp/err"
	fi
}
