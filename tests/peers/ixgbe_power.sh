# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# ixgbe_power.sh: a port that goes away and comes back: link, module, suspend, reset.
# Sourced by `ixgbe`.
# shellcheck disable=SC2154 # $rounds, $address

# resets_functions COMMAND...: COMMAND does, and the model has seen that it resets each port as
# a function: by FLR, or by the way from D3hot to D0.
resets_functions() {
	local port
	for port in 0 1; do
		tell trace $port on "$work/trace.$port" || return 1
	done
	"$@" || return 1
	for port in 0 1; do
		tell trace $port off && grep -m 1 "port$port - function reset" "$work/trace.$port" || return 1
	done
}

# The cable pulled; then a port that is down, which darkens the other's light.
link_flaps() {
	local port namespace
	tell link 1 down && within 60 link_is no && tell link 1 up && pings_again || return 1
	for port in 0 1; do
		namespace=$([ $port = 0 ] && echo left || echo right)
		guest "/opt/ip netns exec $namespace /opt/ip link set eth$port down" && within 60 link_is no &&
			guest "/opt/ip netns exec $namespace /opt/ip link set eth$port up" && pings_again || return 1
	done
}

loads() {
	limit=120 guest "modprobe ixgbe" && within 60 guest "test -d /sys/class/net/eth0 -a -d /sys/class/net/eth1"
}

unloads() {
	limit=120 guest "modprobe -r ixgbe && test ! -d /sys/bus/pci/drivers/ixgbe"
}

reloads() {
	local round
	for round in $(seq "$rounds"); do
		unloads && loads && joins && within 60 in_left ping -q -c 1 -W 2 10.0.0.2 && continue
		echo "failed in round $round"
		return 1
	done
	pings_again
}

# All of a suspend but the sleep itself: each device goes to D3hot and comes back.
suspends() {
	guest "echo 1 >/sys/module/suspend/parameters/pm_test_delay; echo platform >/sys/power/pm_test &&
		echo freeze >/sys/power/state" && guest "dmesg | grep 'PM: suspend exit'" && pings_again
}

# Function-level reset, with the port down: the driver knows nothing of it.
function_reset() {
	both ip link set ETH down && guest "for a in ${address[*]}; do
		echo flr >/sys/bus/pci/devices/\$a/reset_method && echo 1 >/sys/bus/pci/devices/\$a/reset || exit 1; done" &&
		both ip link set ETH up && pings_again
}
