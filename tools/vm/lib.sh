# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# lib.sh: what the scripts of tools/vm share; sourced by them after they set
# $usage (their --help text).
# shellcheck disable=SC2034,SC2154 # $checkout is for them, $usage is theirs

program=${0##*/}
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
checkout=${here%/tools/vm}
kept=/var/cache/onepath                # what is built once and stays: see toolbox
kernel_source=/opt/onepath/source      # Debian's package of it

die() {
	printf '%s: %s\n' "$program" "$*" >&2
	exit 1
}

bad_usage() {
	printf '%s: %s\nTry: %s --help\n' "$program" "$*" "$0" >&2
	exit 2
}

# --help works anywhere; all else needs the toolbox's programs.
help_or_inside() {
	local arg
	for arg; do
		case $arg in
		-h | --help)
			printf '%s\n' "$usage"
			exit 0
			;;
		--) break ;;
		esac
	done
	[ "${ONEPATH_INSIDE:-}" ] || die "run it in the toolbox: $here/toolbox enter --net -- $0 $*"
}

# kernel ALIAS FIELD: a fact of a kernel, or an error that names the kernels there are
kernel() {
	"$here/kernels" "$@" || exit
}

# The folder of the debug kernel, whether it is there or not: its name tells what it is made of.
debug_kernel() {
	echo "$kept/debug-$(cat "$here/debug-kernel.config" "$kernel_source/versions" 2>/dev/null | sha256sum | cut -c1-16)"
}
