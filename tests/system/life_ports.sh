# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# life_ports.sh: what happens to ports while NFs run on them. Sourced by `life` and `soak`.
# shellcheck disable=SC2154,SC2086 # $left, $right, ... are life_nfs.sh's

resets() {
	local port ports="$left $in"
	[ "${short:-}" ] || ports+=" $right $out1 $out2"
	for port in $ports; do
		guest "echo 1 >/sys/bus/pci/devices/$port/reset" && all_flow || return 1
	done
	says onepath-nop "port $left was reset: path started again" &&
		says onepath-broadcast "port $in was reset: path started again"
}

# All of a suspend but the sleep itself: each device goes to D3hot and comes back.
suspends() {
	guest "echo 0 >/sys/module/suspend/parameters/pm_test_delay
		echo platform >/sys/power/pm_test && echo freeze >/sys/power/state" && kernel_says "PM: suspend exit"
}

# The service of a root port that AER is, for Linux.
has_error_reporting() {
	guest "ls /sys/bus/pci_express/devices | grep -q ':pcie002$'"
}

# inject BUS HIGH LOW: an uncorrectable error of its port, by its bits in AER's status. The
# bytes are the kernel's struct aer_error_inj.
inject() {
	guest "{ test -c /dev/aer_inject || modprobe aer_inject; } && printf '\\$1\\000\\000\\000\\$3\\$2$(printf '\\000%.0s' $(seq 26))' >/dev/aer_inject"
}

recovered() {
	kernel_says "onepath $1: an error of PCI Express: reset" && kernel_says "AER: device recovery successful"
}

# A data link protocol error: the slot is reset. The second one finds the port reset by sysfs
# meanwhile: its configuration is there even so.
recovers_from_fatal() {
	inject 001 000 020 && within 20 recovered $left && all_flow &&
		guest "dmesg -c >>/tmp/dmesg; echo 1 >/sys/bus/pci/devices/$left/reset" && all_flow &&
		inject 001 000 020 && within 20 recovered $left && all_flow &&
		inject 005 000 020 && within 20 recovered $out2
}

# A poisoned TLP: of the input.
recovers_from_nonfatal() {
	inject 003 020 000 && within 20 recovered $in
}

unbinds() {
	guest "onepathctl unbind $right" && nf_ended onepath-nop 1 && says onepath-nop "port $right is gone" &&
		guest "onepathctl unbind $out1" && nf_ended onepath-broadcast 1 &&
		guest "onepathctl bind $right $out1" && nfs_start
}

# The NF finds out by itself; then the slot is told.
pulled_out() {
	tell fault port0 surprise-removal on && nf_ended onepath-nop 1 && says onepath-nop "port $left is gone" &&
		guest "echo 1 >/sys/bus/pci/devices/$left/remove && test ! -e /dev/onepath/$left" &&
		tell fault port0 surprise-removal off &&
		guest "echo 1 >/sys/bus/pci/rescan && onepathctl bind $left" && nfs_start
}

killed() {
	guest "kill -KILL \$(cat /tmp/onepath-nop.pid) \$(cat /tmp/onepath-broadcast.pid)" &&
		within 20 guest "test -e /tmp/onepath-nop.status -a -e /tmp/onepath-broadcast.status" && nfs_start
}

power_is() { # ADDRESS active|suspended
	guest "grep -q $2 /sys/bus/pci/devices/$1/power/runtime_status"
}

runtime_suspends() {
	guest "echo auto >/sys/bus/pci/devices/$near/power/control" && within 20 power_is $near suspended &&
		guest "hold $near >/tmp/hold.log 2>&1 & echo \$! >/tmp/hold.pid" &&
		within 20 guest "grep owned /tmp/hold.log" && power_is $near active && guest "onepathctl info $near" &&
		guest "kill \$(cat /tmp/hold.pid)" && within 20 power_is $near suspended &&
		guest "echo on >/sys/bus/pci/devices/$near/power/control && onepathctl info $near"
}

# The VM ends, while the NF would still ring its doorbells. The port is reset by its driver, and its
# bus mastering is off: that it is afterwards, when the VM has left, proves nothing.
shuts_down() {
	loads && nfs_start && tell trace 0 on "$work/trace" || return 1
	guest "sleep 1; reboot -f" # its answer may not come
	within 20 sh -c "! kill -0 $(cat "$work/vm/pid") 2>/dev/null" || return 1
	tell trace 0 off
	grep -vE ' R |\.\.\. x' "$work/trace" | tail -12
	awk '$3 == "W" && $4 == "CTRL" && / RST/ { reset = 1; off = 0 }
		reset && /bus mastering off/ { off = 1 }
		reset && $3 == "W" && $4 ~ /^[RT]DT/ { late = 1 }
		END { exit !off || late }' "$work/trace"
}
