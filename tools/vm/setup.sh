# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# setup.sh: makes the toolbox: what is in it, in which order it is made, and how that is
# taken up again. Sourced by `toolbox`, which gives $root, $cache, $self, $mode and die();
# the steps themselves are in steps.sh. Each finished step leaves a stamp that holds a
# hash of its lists: a step that was interrupted or whose lists changed runs again, others
# do not. Runs in namespaces of its own, so an interruption leaves no mount.
# shellcheck disable=SC2154,SC1091 # root, cache, self, mode: see above

# From trixie. bookworm is there for the 6.1 kernel and its compiler, backports for
# QEMU and the newest kernel: apt takes nothing else from them.
tools="gcc g++ make libc6-dev libpcap-dev libjson-c-dev libcmocka-dev pkgconf
	sparse kmod cpio zstd xz-utils mount procps perl jq
	clang-format cbmc shellcheck mandoc
	iproute2 iputils-ping ethtool tcpdump tcpreplay socat python3 python3-scapy busybox-static
	libelf1t64 libssl3t64 strace"
tools_bookworm="gcc-12"
# libyaml reads the NFs' configuration
tools_libraries="libyaml-dev"
tools_backports="qemu-system-x86"
# Drivers that nobody here wrote, and what drives them: DPDK's (testpmd is in dpdk-dev, the
# driver that `make bench` measures in libdpdk-dev); gnuplot draws what was measured.
tools_peers="dpdk-dev libdpdk-dev iperf3 pciutils gnuplot-nox"
# Linux's counterparts of the NFs (tests/nf)
tools_nf="nftables ipvsadm"
# libFuzzer and its sanitizers
tools_fuzz="clang-19 libclang-rt-19-dev"
# what a kernel needs to be built (tools/vm/debug-kernel)
tools_source="flex bison bc libelf-dev libssl-dev"

# kept out of the kernels' modules, to save space: no guest here has such hardware
modules_out="drivers/gpu drivers/media drivers/net/wireless drivers/staging sound"

# To be raised when a step does something else than before with the same lists:
# everything is then made anew.
edition=1

state=$root/opt/onepath
log=$cache/toolbox.log
step_number=0
. "$here/steps.sh"

steps="base index tools libraries backports peers nf fuzz kernel_6.1 kernel_6.12 kernel_newest source checkpatch finish"

step_title() {
	case $1 in
	base) echo "Debian trixie base system" ;;
	index) echo "package lists" ;;
	tools) echo "compilers, checkers, tools" ;;
	libraries) echo "libyaml" ;;
	backports) echo "QEMU" ;;
	peers) echo "DPDK, iperf3, gnuplot" ;;
	nf) echo "nftables, ipvsadm" ;;
	fuzz) echo "clang with libFuzzer" ;;
	kernel_*) echo "kernel ${1#kernel_} with headers" ;;
	source) echo "the kernel's source" ;;
	checkpatch) echo "checkpatch" ;;
	finish) echo "record versions, clean up" ;;
	esac
}

# What decides a step's result: the lists, and $edition for the rest. The package
# lists of apt ('index') are read again whenever a later step is to run.
step_hash() {
	{
		echo "$edition $1"
		case $1 in
		tools) echo "$tools $tools_bookworm" ;;
		libraries) echo "$tools_libraries" ;;
		backports) echo "$tools_backports" ;;
		peers) echo "$tools_peers" ;;
		nf) echo "$tools_nf" ;;
		fuzz) echo "$tools_fuzz" ;;
		source) echo "$tools_source" ;;
		kernel_*) echo "$modules_out" ;;
		finish) echo "$tools $tools_bookworm $tools_backports $tools_peers $tools_fuzz $modules_out" ;;
		esac
	} | sha256sum | cut -c1-16
}

step_done() {
	[ "$(cat "$state/stamps/$1" 2>/dev/null)" = "$(step_hash "$1")" ]
}

all_done() {
	local s
	for s in $steps; do
		[ "$s" = index ] || step_done "$s" || return 1
	done
}

setup() {
	[ $# -eq 0 ] || bad_usage "setup: takes no arguments, got '$*'"
	[ -z "${ONEPATH_INSIDE:-}" ] || return 0
	if [ "$mode" = host ]; then
		check_host
		return
	fi
	! all_done || return 0
	need_root setup
	[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] ||
		die "setup needs Debian 12 or 13 on amd64 (with ONEPATH_TOOLBOX=host, what is installed is used)"
	mkdir -p "$cache"
	lock --exclusive
	! all_done || return 0
	[ "$(df -Pm "$cache" | awk 'NR == 2 { print $4 }')" -ge 3000 ] || die "less than 3 GB free for $cache (ONEPATH_CACHE=DIR puts it elsewhere)"
	: >"$log"
	command -v mmdebstrap >/dev/null || echo "mmdebstrap is missing on this machine: apt-get will install it"
	echo "Setting up the toolbox in $root (log: $log)"
	launch "" _setup
}

# ONEPATH_TOOLBOX=host: says what this machine lacks, installs nothing.
check_host() {
	local item missing='' version
	for item in gcc make sparse cpio xz:xz-utils depmod:kmod jq busybox:busybox-static python3 \
		ip:iproute2 ping:iputils-ping ethtool tcpdump tcpreplay socat \
		qemu-system-x86_64:qemu-system-x86; do
		command -v "${item%:*}" >/dev/null || missing+=" ${item#*:}"
	done
	[ -z "$missing" ] || die "this machine lacks, as Debian packages:$missing (or use the toolbox: unset ONEPATH_TOOLBOX)"
	version=$(qemu-system-x86_64 --version | sed -n 's/.*version \([0-9]*\.[0-9]*\).*/\1/p')
	printf '10.1\n%s\n' "$version" | sort -VC ||
		die "this machine's QEMU is $version; vfio-user needs 10.1 (or use the toolbox: unset ONEPATH_TOOLBOX)"
	ls -d /lib/modules/*/build >/dev/null 2>&1 || die "this machine has no kernel headers: apt-get install linux-headers-amd64"
}

setup_steps() {
	local s total=0 started=$SECONDS
	export LC_ALL=C DEBIAN_FRONTEND=noninteractive
	interrupted=
	trap 'interrupted=1' INT TERM HUP
	for s in $steps; do total=$((total + 1)); done
	find_mirror
	resume
	for s in $steps; do
		step_number=$((step_number + 1))
		if step_done "$s" && [ "$s" != index ]; then
			continue
		fi
		run_step "$s" "$total"
	done
	echo "The toolbox is ready: $(du -smx "$root" | cut -f1) MB, made in $((SECONDS - started)) s"
}

run_step() {
	local started=$SECONDS
	printf '[%d/%d] %s ... ' "$step_number" "$2" "$(step_title "$1")"
	printf '\n=== %s\n' "$1" >>"$log"
	[ "$1" = index ] || rm -f "$state/stamps/finish"
	# a subshell of its own, so that set -e ends the step at its first error
	set +e
	(set -e; case $1 in kernel_*) step_kernel "${1#kernel_}" ;; *) "step_$1" ;; esac) >>"$log" 2>&1 9>&-
	rc=$?
	set -e
	if [ "$interrupted" ]; then
		printf 'interrupted\n'
		exit 130
	fi
	if [ "$rc" -ne 0 ]; then
		printf 'failed after %d s\n' $((SECONDS - started))
		{
			grep -v '^FAILED: ' "$log" | tail -n 15 | sed 's/^/    /'
			echo "toolbox: step '$1' failed; the whole log is $log"
			sed -n 's/^FAILED: /toolbox: /p' "$log"
			echo "toolbox: run '$self setup' again to go on from here"
		} >&2
		exit 1
	fi
	mkdir -p "$state/stamps"
	step_hash "$1" >"$state/stamps/$1"
	printf '%d s\n' $((SECONDS - started))
}

# Picks up what an interrupted run left behind.
resume() {
	rm -rf --one-file-system "$root.new"
	[ -e "$root" ] || return 0
	if ! step_done base; then
		echo "the base system is incomplete or out of date: made anew"
		rm -rf --one-file-system "$root"
		return 0
	fi
	rm -rf "$root/opt/fetch"
	mount_for_apt
	if ! { in_root dpkg --configure -a && in_root apt-get -y -f install; } >>"$log" 2>&1; then
		echo "an interrupted installation cannot be repaired: made anew"
		umount -R "$root/proc" "$root/dev"
		rm -rf --one-file-system "$root"
	fi
}
