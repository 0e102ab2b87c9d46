#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What users of the library get: the headers compile on their own, as C and as C++, and
# every public call and every option of a program has its manual page.
#
# Usage: test_headers.sh   (needs gcc; g++ and mandoc if they are there)
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
man=$root/userspace/man
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

passed=0 failed=0 skipped=0
# check NAME COMMAND...: the command succeeds and says nothing.
check() {
	local name=$1

	shift
	if "$@" >"$tmp/out" 2>&1 && [ ! -s "$tmp/out" ]; then
		passed=$((passed + 1))
		echo "ok - $name"
	else
		failed=$((failed + 1))
		echo "not ok - $name"
		sed 's/^/#   /' "$tmp/out"
	fi
}
skip() { skipped=$((skipped + 1)); echo "ok - $1 # SKIP $2"; }

includes=(-I "$root/uapi" -I "$root/userspace/include")
warnings=(-Wall -Wextra -Werror -O2)

for header in onepath.h onepath_ring.h onepath/order.h onepath/path.h onepath/outputs.h onepath/turn.h onepath/run.h onepath/burst.h onepath/settings.h onepath/onepath.h; do
	echo "#include <$header>" >"$tmp/header.c"
	check "<$header> compiles on its own" \
		gcc -std=gnu11 "${warnings[@]}" "${includes[@]}" -c "$tmp/header.c" -o "$tmp/header.o"
done

cat >"$tmp/nf.cc" <<'END'
#include <onepath/onepath.h>
static uint32_t handle(uint8_t *frame, uint16_t length, void *)
{
	return frame[0] & 1 ? onepath_only(length, 1) : length;
}
int main()
{
	struct onepath_path path;
	int port = onepath_port_open("0000:00:00.0", ONEPATH_OBSERVE);
	if (port < 0 || onepath_path_create(&path, port, &port, 1, 64) || onepath_path_start(&path))
		return 1;
	return (int)onepath_run(&path, path.outputs, handle, nullptr, ONEPATH_BURST);
}
END
if command -v g++ >/dev/null; then
	for f in port path explain; do
		gcc -std=gnu11 -O1 "${includes[@]}" -c "$root/userspace/lib/$f.c" -o "$tmp/$f.o"
	done
	for standard in c++11 c++20; do
		check "an NF in $standard compiles and links" g++ -std=$standard "${warnings[@]}" "${includes[@]}" \
			"$tmp/nf.cc" "$tmp/port.o" "$tmp/path.o" "$tmp/explain.o" -o "$tmp/nf"
	done
else
	skip "an NF in C++" "no g++ here"
fi

# With ONEPATH_DEBUG, a length that an NF may not return ends it.
cat >"$tmp/debug.c" <<'END'
#define ONEPATH_DEBUG
#include <onepath/run.h>
#include <stdlib.h>
static uint8_t buffers[64 * ONEPATH_BUFFER_STRIDE];
static struct onepath_descriptor ring[64] = { { .length = 60, .status = ONEPATH_RX_DD } };
static struct onepath_head head;
static volatile uint32_t tails[2];
static uint32_t handle(uint8_t *frame, uint16_t length, void *state)
{
	return frame && length ? *(uint32_t *)state : 1;
}
int main(int argc, char **argv)
{
	struct onepath_path path = { .buffers = buffers, .rdt = &tails[0], .stride = ONEPATH_BUFFER_STRIDE, .mask = 63,
				     .outputs = 1, .buffer_bytes = ONEPATH_BUFFER_BYTES };
	uint32_t length = argc > 1 ? atoi(argv[1]) : 0;
	path.output[0].ring = ring;
	path.output[0].head = &head;
	path.output[0].tdt = &tails[1];
	onepath_rewind(&path);
	return onepath_run(&path, 1, handle, &length, ONEPATH_BURST) != 1;
}
END
ends() { (ulimit -c 0; "$tmp/debug" "$1" 2>&1 || true) 2>/dev/null | grep -q Assertion; }
check "ONEPATH_DEBUG compiles" gcc -std=gnu11 "${warnings[@]}" -Wno-missing-field-initializers "${includes[@]}" "$tmp/debug.c" -o "$tmp/debug"
for length in 0 14 60 2048 $((1 << 16 | 60)); do
	check "ONEPATH_DEBUG: $length may be returned" "$tmp/debug" "$length"
done
for length in 1 13 2049 65535; do
	check "ONEPATH_DEBUG: $length ends the NF" ends "$length"
done

# The references to other pages can only be resolved once the pages are installed.
lint() { mandoc -T lint "$1" 2>&1 | grep -vE 'referenced manual not found|outdated mandoc.db' || true; }
for page in "$man"/man*/*; do
	if command -v mandoc >/dev/null; then
		check "mandoc of $(basename "$page")" lint "$page"
	else
		skip "mandoc of $(basename "$page")" "no mandoc here"
	fi
done

calls=$(grep -hE '^(int|void) onepath_[a-z_]+\(' "$root"/userspace/include/onepath/{onepath,settings}.h |
	grep -oE 'onepath_[a-z_]+\(' | tr -d '(' | sort -u)
for call in $calls onepath_run onepath_run_burst onepath_burst_{frame,length,set_length} onepath_only onepath_except; do
	check "$call(3) documents it" grep -qE "^\.(Fn|Fo) $call" "$man/man3/$call.3"
done

# options SOURCE PAGE [BUT]: every long option of the source but one stands in the page.
options() {
	local option

	grep -ohE '\{ "[a-z-]+", (no|required)_argument' "$1" | cut -d'"' -f2 | grep -vx "${3:-}" | while read -r option; do
		grep -qE -- "^\.It (Fl . , )?Fl -$option" "$2" || echo "--$option is not in $2"
	done
}
# An NF's page has them all, or leaves those of all NFs to onepath-nop(1).
for page in "$man"/man1/onepath-*.1; do
	nf=$(basename "$page" .1)
	! grep -qF "options that are not described here" "$page" || continue
	case $nf in onepath-nop | onepath-broadcast) but=config ;; *) but= ;; esac
	check "$nf(1) has all options" options "$root/userspace/nf/common/nf_options.c" "$page" $but
done
check "onepathctl(8) has all options" options "$root/tools/onepathctl/main.c" "$man/man8/onepathctl.8"

echo "test_headers: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
