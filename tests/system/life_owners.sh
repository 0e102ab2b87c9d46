# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# life_owners.sh: owners of ports: what their children have of them, and two who do not know of
# each other. Sourced by `life`.
# shellcheck disable=SC2154,SC2086 # $left, $right, ... are life_nfs.sh's

is_free() { # ADDRESS
	guest "onepathctl info $1 | grep -q 'owned by an NF  *no'"
}

fork_inherits() {
	guest "kin fork $near >/tmp/kin.log 2>&1 &" && within 20 guest "grep 'no mapping' /tmp/kin.log" &&
		guest "! hold $near 2>&1" | grep -i busy && guest "kill \$(pidof kin)" && within 20 is_free $near
}

exec_closes() {
	guest "kin exec $near >/tmp/kin.log 2>&1 & echo \$! >/tmp/kin.pid" &&
		within 20 guest "grep -q sleep /proc/\$(cat /tmp/kin.pid)/cmdline" && within 20 is_free $near &&
		guest "kill \$(cat /tmp/kin.pid)"
}

module_is_held() {
	guest "onepathctl unbind $far && exec 5</dev/onepath/$near && onepathctl unbind $near && ! rmmod onepath" &&
		guest "onepathctl bind $near $far"
}

as() { # TENANT
	echo "/opt/setpriv --reuid 100$1 --regid 100$1 --clear-groups"
}

# 1 has near and far, 2 has left and right.
tenants_are_apart() {
	local command
	! is_running onepath-nop || end_nf onepath-nop || return 1
	guest "chmod 600 /dev/onepath/*; chown 1001 /dev/onepath/$near /dev/onepath/$far
		chown 1002 /dev/onepath/$left /dev/onepath/$right" || return 1
	nf_as=$(as 2) nf onepath-nop $left $right && guest "$(as 1) onepathctl info $near" || return 1
	for command in "onepathctl info $left" "onepathctl stats $left" "hold $left" "onepathctl unbind $left" \
		"cat /sys/kernel/debug/onepath/$left/state" "cat /proc/\$(cat /tmp/onepath-nop.pid)/maps"; do
		guest "! timeout 10 $(as 1) $command" || return 1
	done
}

ended_cycles() { # NAME
	guest "kill -TERM \$(cat /tmp/$1.pid)" && within 60 guest "grep good /tmp/$1.log"
}

start_cycles() { # TENANT NAME ARGS...
	local tenant=$1 name=$2
	shift 2
	guest "sh -c 'echo \$\$ >/tmp/$name.pid; exec $(as $tenant) cycles $*' >/tmp/$name.log 2>&1 &"
}

# A kernel with PCI quirks knows that the 82599's functions do not reach each other: it gives each a group.
twins_share_a_group() {
	guest "cd /sys/bus/pci/devices &&
		test \$(readlink -f $twin0/iommu_group) = \$(readlink -f $twin1/iommu_group)"
}

twin0=0000:08:00.0 twin1=0000:08:00.1
# Ports whose DMA cannot be told apart: one process has both, and another none of them.
group_is_shared() {
	guest "onepathctl bind $twin0 $twin1" && guest "hold $twin0 >/tmp/hold.log 2>&1 & echo \$! >/tmp/hold.pid" &&
		within 20 guest "grep owned /tmp/hold.log" && guest "! hold $twin1 2>&1" | grep -i busy &&
		kernel_says "another process owns a port of it" && guest "kill \$(cat /tmp/hold.pid)" &&
		within 20 is_free $twin0 && nf onepath-nop $twin0 $twin1 && ! guest "hold $twin0" && end_nf onepath-nop &&
		guest "onepathctl unbind $twin0 $twin1"
}

# While each life of tenant 1's path ends with a reset that takes its whole time, tenant 2 lives
# many times over, on other ports, as it could not if it had to wait for even a part of that; and an
# NF loses no frame.
tenants_do_not_wait() {
	local missed mine others
	guest "chown 1002 /dev/onepath/$out1 /dev/onepath/$out2"
	missed=$(counted $left .rx_missed)
	nic=pair tell fault port0 master-disable-stuck on && nic=pair tell fault port0 rx-queue-stuck on || return 1
	start_cycles 1 mine --tolerant $near $far && start_cycles 2 others $out1 $out2 && sleep 5
	mine=$(ended_cycles mine) && others=$(ended_cycles others) || return 1
	nic=pair tell fault port0 master-disable-stuck off && nic=pair tell fault port0 rx-queue-stuck off
	echo "stuck: $mine; beside it: $others; missed $missed, now $(counted $left .rx_missed)"
	[ "$(counted $left .rx_missed)" -eq "$missed" ] || return 1
	mine=$(($(grep -o '[0-9]*' <<<"$mine" | paste -sd+))) others=$(grep -o '[0-9]* good' <<<"$others")
	[ "$mine" -ge 1 ] && [ "${others% good}" -ge $((4 * mine)) ]
}
