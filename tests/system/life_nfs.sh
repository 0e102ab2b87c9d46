# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# life_nfs.sh: the VM of `life` and `soak`, its ports and the two NFs that forward in it.
# Sourced after lib.sh.
# shellcheck disable=SC2154,SC2086 # $work, $vm, ... are lib.sh's

# By the slot that tools/vm/run gives them.
left=0000:01:00.0 right=0000:02:00.0 # of the model's card: a generator each, onepath-nop between them
in=0000:03:00.0 out1=0000:04:00.0 out2=0000:05:00.0 # of hub: onepath-broadcast
near=0000:06:00.0 far=0000:07:00.0 # of pair: a cable
# beside them twins: one device of two functions, for life_owners.sh
everything="$left $right $in $out1 $out2 $near $far"

# $traffic: of the generators
set_up() {
	local program programs=() wire=gen:count=forever,${traffic:-size=60-1514,rate=2000}
	local errors=(--kernel "$kernel" --module aer_inject)
	[ "$kernel" != debug ] || errors=() # it has that built in
	for program in onepathctl onepath-nop onepath-broadcast hold kin cycles; do
		programs+=(--add "$bin/$program")
	done
	start_nic card "$wire" "$wire" && start_nic hub "$wire" gen gen && start_nic pair cable:c cable:c &&
		start_nic twins none none &&
		"$vm/guest" --add "$module:/onepath.ko" "${programs[@]}" --add "$(command -v setpriv):/opt/" \
			"${errors[@]}" "$work/initrd" &&
		"$vm/run" --dir "$work/vm" --kernel "$kernel" --iommu on --initrd "$work/initrd" \
			--nic "$work/card.0" --nic "$work/card.1" \
			--nic "$work/hub.0" --nic "$work/hub.1" --nic "$work/hub.2" \
			--nic "$work/pair.0" --nic "$work/pair.1" \
			--nic "$work/twins.0,$work/twins.1" && loads
}

loads() {
	guest "insmod /onepath.ko && onepathctl bind $everything"
}

stop_all() {
	local nf
	for nf in onepath-nop onepath-broadcast; do
		! is_running $nf || end_nf $nf || return 1
	done
}

unloads() {
	stop_all &&
		guest "onepathctl unbind $everything && rmmod onepath && test ! -d /sys/bus/pci/drivers/onepath"
}

is_running() { # NF
	guest "test -e /tmp/$1.pid -a ! -e /tmp/$1.status"
}

# Those that do not run are started.
nfs_start() {
	local ended
	ended=$(guest "for nf in onepath-nop onepath-broadcast; do
		test -e /tmp/\$nf.pid -a ! -e /tmp/\$nf.status || echo \$nf; done") || return 1
	[[ $ended != *nop* ]] || nf onepath-nop --ring 1024 $left $right || return 1
	[[ $ended != *broadcast* ]] || nf onepath-broadcast --ring 256 $in $out1 $out2 || return 1
	all_flow
}

sent() { # NIC PORT
	report "$1" ".ports[$2].wire.out"
}

sent_more() { # NIC PORT THAN
	[ "$(sent "$1" "$2")" -gt "$3" ]
}

# sends NIC PORT...: each sends 100 frames from now on
sends() {
	local nic=$1 port before
	shift
	for port; do
		before=$(sent "$nic" "$port") && within 60 sent_more "$nic" "$port" $((before + 100)) && continue
		echo "$nic $port sends nothing"
		return 1
	done
}

all_flow() {
	sends card 0 1 && sends hub 1 2
}

# No frame that a port sent was changed or overtook another.
intact() {
	local nic
	for nic in card hub; do
		[ "$(report $nic '[.ports[].wire | .corrupt, .out_of_order, .foreign] | add')" -eq 0 ] && continue
		report $nic '.ports[].wire'
		return 1
	done
}

# survives COMMAND...: both NFs run before, COMMAND does, frames flow afterwards
survives() {
	guest "dmesg -c >>/tmp/dmesg" && nfs_start && "$@" && all_flow && intact && return
	guest "cat /sys/kernel/debug/onepath/*/state | grep -v idle | tail -8; tail -n 2 /tmp/onepath-*.log; dmesg | tail -n 8"
	return 1
}

says() { # NF TEXT
	guest "cat /tmp/$1.log" | grep -F "$2"
}

kernel_says() { # TEXT
	guest dmesg | grep -F "$1"
}

# What a port counted: counted ADDRESS JQ-FILTER...
counted() {
	local port=$1
	shift
	guest "onepathctl stats --queues --json $port" | jq "$@"
}
