# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# ixgbe_vm.sh: the VM with two ports that Linux's ixgbe drives: what is in it, how they are plugged
# in, what its kernel says. Sourced after lib.sh by the tests of ixgbe.
#
# The kernels differ in how the ports are plugged in: 6.1 sees two cards, 6.12 and the newest one
# card with two functions; 6.12 has an IOMMU.
# shellcheck disable=SC2034,SC2154 # $address is for them; $work, $vm, $kernel are theirs

iommu=off
functions=one-card
address=(0000:01:00.0 0000:01:00.1)
case $kernel in
6.1) functions=two-cards address=(0000:01:00.0 0000:02:00.0) ;;
6.12) iommu=on ;;
esac

image() {
	local add name
	# iperf3's threads want this one when they end, and do not say so in its header
	add=(--add "$(gcc -print-file-name=libgcc_s.so.1):/lib/x86_64-linux-gnu/")
	for name in ip ethtool iperf3 ping socat; do
		add+=(--add "$(command -v $name):/opt/")
	done
	"$vm/guest" "${add[@]}" --kernel "$kernel" --module ixgbe --module 8021q "$work/initrd"
}

boot() { # NIC WORDS-FOR-THE-KERNEL...
	local nic=$1 plugs
	shift
	plugs=(--nic "$work/$nic.0,$work/$nic.1")
	[ $functions = one-card ] || plugs=(--nic "$work/$nic.0" --nic "$work/$nic.1")
	"$vm/run" --dir "$work/vm" --kernel "$kernel" --iommu $iommu --memory 768 \
		--initrd "$work/initrd" --append "$*" "${plugs[@]}"
}

# The kernel's log from warnings up, without those of a machine that is emulated and busy:
# its clocks, whose reads QEMU delays.
warnings() {
	guest dmesg -r | sed -nE 's/^<[0-4]>//p' | grep -vE 'clocksource|tsc|hpet|TSC|hrtimer: interrupt took'
}

# What was asked for, and is told as a warning: that UDP flows be spread by their ports, that a
# function be reset through sysfs (told by PCI); and what ixgbe says of a link that went while frames
# waited for it: it forgets them by a reset. (That a queue hangs it says in other words.)
expected='enabling UDP RSS: fragmented packets may arrive out of order'
expected+='|ixgbe [0-9a-f:.]+: (resetting|reset done)$'
expected+='|initiating reset to clear Tx work after link loss|Reset adapter$'

# None that were not there before ixgbe was.
no_warnings() { # MORE-THAT-IS-EXPECTED
	warnings >"$work/warnings.now" && [ -s "$work/warnings.now" ] &&
		! diff "$work/warnings" "$work/warnings.now" | grep '^>' | grep -vE "$expected${1:-}"
}

# give_up_without COMMAND...: all that follows needs it, and would wait for it in vain.
give_up_without() {
	"$@" >/dev/null 2>&1 && return
	guest "dmesg | tail -30" | sed 's/^/# /'
	tail -20 "$work/card.log" | sed 's/^/# /'
	echo "not ok $((tests + 1)) - given up: $*"
	exit 1
}
