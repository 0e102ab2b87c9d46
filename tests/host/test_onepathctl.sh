#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# onepathctl over a made-up sysfs in a temporary folder (fake_sysfs.c plays the kernel):
# what it prints, what it changes, that it puts back what it could not finish.
#
# Usage: test_onepathctl.sh [ONEPATHCTL]   (a dynamically linked one; without it, one is
# built with gcc's sanitizers). Needs gcc and json-c.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# shellcheck source=tests/host/expect.sh
. "$root/tests/host/expect.sh"

compile=("${CC:-gcc}" -O1 -g -std=gnu11 -I "$root/uapi" -I "$root/userspace/include")
"${compile[@]}" -shared -fPIC "$root/tests/host/fake_sysfs.c" -o "$tmp/fake.so" -ldl
"${compile[@]}" "$root/tests/host/json_get.c" -o "$tmp/json_get" -ljson-c
if [ $# -gt 0 ]; then
	ctl=$(realpath "$1")
else
	ctl=$tmp/onepathctl
	"${compile[@]}" -fsanitize=address,undefined -fno-sanitize-recover=all \
		"$root"/tools/onepathctl/*.c "$root"/userspace/lib/*.c -o "$ctl" -ljson-c
fi

# device ADDRESS VENDOR DEVICE GROUP DRIVER [INTERFACE FLAGS]: adds one to the tree.
device() {
	local dir=$sys/bus/pci/devices/$1

	mkdir -p "$dir"
	echo "0x$2" >"$dir/vendor"
	echo "0x$3" >"$dir/device"
	echo -1 >"$dir/numa_node"
	echo "(null)" >"$dir/driver_override"
	if [ "$4" != - ]; then
		mkdir -p "$sys/kernel/iommu_groups/$4/devices"
		ln -s "../../../../bus/pci/devices/$1" "$sys/kernel/iommu_groups/$4/devices/$1"
		ln -s "../../../../kernel/iommu_groups/$4" "$dir/iommu_group"
	fi
	if [ "$5" != - ]; then
		driver "$5"
		echo "$5" >"$dir/native"
		ln -s "../../drivers/$5" "$dir/driver"
	fi
	if [ $# -gt 5 ]; then
		mkdir -p "$dir/net/$6"
		echo "$7" >"$dir/net/$6/flags"
		echo 1 >"$dir/net/$6/carrier"
	fi
}

driver() {
	mkdir -p "$sys/bus/pci/drivers/$1"
	touch "$sys/bus/pci/drivers/$1/bind" "$sys/bus/pci/drivers/$1/unbind"
}

# A fresh machine: two ports of a card in one IOMMU group, one driverless, a VF, others.
fresh() {
	rm -rf "$tmp/sys" "$tmp/run"
	sys=$tmp/sys
	mkdir -p "$sys/bus/pci"
	touch "$sys/bus/pci/drivers_probe"
	device 0000:03:00.0 8086 10fb 7 ixgbe eth0 0x1002
	device 0000:03:00.1 8086 10fb 7 ixgbe eth1 0x1003
	device 0000:81:00.0 8086 154d - -
	device 0000:03:10.0 8086 10ed 8 ixgbevf
	device 0000:00:01.0 8086 1901 7 pcieport
	device 0000:00:1f.6 8086 15bb 9 e1000e
	device 0000:00:02.0 1234 10fb - -
	driver onepath
	driver vfio-pci
}

run() {
	status=0
	ONEPATH_SYSFS=$sys ONEPATH_RUN=$tmp/run LD_PRELOAD=$tmp/fake.so ASAN_OPTIONS=verify_asan_link_order=0 \
		"$ctl" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

driver_of() { basename "$(readlink "$sys/bus/pci/devices/$1/driver" || echo none)"; }
override_of() { cat "$sys/bus/pci/devices/$1/driver_override"; }

# [driver ADDRESS NAME | override ADDRESS TEXT | no-record ADDRESS | addresses LIST | lines COUNT]
expect_more() {
	used=3
	case $1 in
	driver) [ "$(driver_of "$2")" = "$3" ] ;;
	override) [ "$(override_of "$2")" = "$3" ] ;;
	no-record) used=2; [ ! -e "$tmp/run/$2" ] ;;
	lines) used=2; [ "$(wc -l <"$tmp/out")" -eq "$2" ] ;;
	addresses) used=2; [ "$(tail -n +2 "$tmp/out" | cut -d' ' -f1 | tr '\n' ' ')" = "$2 " ] ;;
	*) used=0 ;;
	esac
}

fresh
run; expect "no verb: usage" 2 err "Usage:"
run frobnicate; expect "unknown verb is named" 2 err '"frobnicate"'
run --help; expect "--help teaches" 0 out "unbind ADDRESS" no-err
for verb in list bind unbind info set stats link; do
	run $verb --help; expect "$verb --help" 0 out "Usage: onepathctl $verb" no-err
	run $verb --nonsense; expect "$verb refuses an unknown option" 2 err "--nonsense"
	run $verb -Zh; expect "$verb names the letter that it does not know" 2 err "the option -Z;"
done
for verb in bind unbind info stats link; do
	run $verb; expect "$verb without address" 2 err "$verb"
	run $verb 3:zz.0; expect "$verb of no address" 2 err '"3:zz.0" is no PCI address'
	run $verb 9:00.0; expect "$verb of no device" 1 err "no PCI device 0000:09:00.0"
	run $verb 0:1f.6; expect "$verb of no 82599" 1 err "8086:15bb, not an 82599"
	run $verb 0:2.0; expect "$verb of another vendor" 1 err "1234:10fb, not an 82599"
	run $verb 3:10.0; expect "$verb of a virtual function" 1 err "virtual function"
done

run list
expect "list shows 82599s only, sorted" 0 no-err \
	out "^0000:03:00.0 +10fb 82599 SFP\+ +ixgbe +7 +- eth0 +- +up" out "^0000:81:00.0 +154d .* - +- +- - "
expect "list has three lines" 0 addresses "0000:03:00.0 0000:03:00.1 0000:81:00.0"
run list --json
expect "list --json" 0 json /0/address 0000:03:00.0 json /0/driver ixgbe json /0/iommu_group 7 \
	json /0/interface eth0 json /0/node null json /0/owned null json /2/driver null json /2/numa_node null
run list 3:0.0; expect "list takes no address" 2 err "takes no address"

run bind 3:0.0
expect "bind" 0 driver 0000:03:00.0 onepath override 0000:03:00.0 onepath \
	err "0000:03:00.1 (driver ixgbe) is in the same IOMMU group 7" not-err pcieport
run bind 3:0.0; expect "bind again is no error" 0 err "already" driver 0000:03:00.0 onepath
run list; expect "list shows the bound port" 0 \
	out "^0000:03:00.0 .* onepath +7 +- /dev/onepath/0000:03:00.0 +no +10000$"
run list --json
expect "list --json of the bound port" 0 json /0/node /dev/onepath/0000:03:00.0 json /0/owned false \
	json /0/link 10000
run info 3:0.0
expect "info" 0 no-err out "02:00:00:ab:cd:01" out "up, 10000 Mb/s" out "received frames +1234567890123"
run info --json 3:0.0
expect "info --json" 0 json /mac 02:00:00:ab:cd:01 json /counters/rx_frames 1234567890123 \
	json /counters/tx_frames 42 json /link_up true json /confined true json /numa_node null
expect "info tells what it is set to" 0 json /settings/mtu 1500 json /settings/promiscuous false \
	json /settings/speeds/1 10000 json /settings/vlans null json /settings/rss/queues 1 json /counters/tx_lost 5
run show 3:0.0
expect "show is info" 0 no-err out "^MTU +1500$" out "^VLANs +all$" out "^RSS +off$" out "^more addresses +none$" \
	out "^speeds +1000 10000$" out "^lost, could not send +5$"

# setting KEY VALUE... => what `info` then shows
set_to() {
	local shown=$1

	shift
	run set 3:0.0 "$@"; expect "set $*" 0 no-err no-out
	run info 3:0.0; expect "set $*: read back" 0 out "$shown"
}
set_to "^promiscuous +on$" promiscuous on
set_to "^all multicast +on$" all-multicast on
run info 3:0.0; expect "one filter leaves the other alone" 0 out "^promiscuous +on$"
set_to "^promiscuous +off$" promiscuous off
set_to "^MTU +9000$" mtu 9000
set_to "^PAUSE +both$" pause both
set_to "^PAUSE +rx$" pause rx
set_to "^speeds +10000$" speed 10000
set_to "^speeds +1000$" speed 1000
set_to "^speeds +1000 10000$" speed any
set_to "^more addresses +02:00:00:00:00:0a 01:00:5e:00:00:fb$" address add 02:00:00:00:00:0A 01:00:5e:00:00:fb
set_to "^more addresses +01:00:5e:00:00:fb 02:00:00:00:00:0a$" address add 02:00:00:00:00:0a
set_to "^more addresses +02:00:00:00:00:0a$" address remove 01:00:5e:00:00:fb
set_to "^VLANs +1,5-7,4095$" vlan 1,5-7,4095
set_to "^VLANs +none$" vlan none
set_to "^VLANs +0-4095$" vlan 0-4095
set_to "^VLANs +all$" vlan off
set_to "^RSS +over 4 queues, symmetric key$" rss 4
run info --json 3:0.0
expect "settings as JSON" 0 json /settings/mtu 9000 json /settings/pause rx json /settings/all_multicast true \
	json /settings/addresses/0 02:00:00:00:00:0a json /settings/rss/queues 4 json /settings/rss/symmetric true
set_to "^RSS +off$" rss off
run set 3:0.0 mtu; expect "set without value" 2 err "a key and its value"
run set 3:0.0 colour red; expect "set of an unknown key" 2 err 'no setting "colour"'
run set 3:0.0 mtu 1500 1600; expect "set of two values" 2 err "mtu takes one value"
# refused KEY VALUE...
refused() { run set 3:0.0 "$@"; expect "set $* is refused" 2 err "$1 takes" err "\"${*: -1}\"" no-out; }
for value in 67 9707 99999999999999999999 1500x ""; do refused mtu "$value"; done
for value in yes 1 ""; do refused promiscuous "$value"; refused all-multicast "$value"; done
refused pause on
refused speed 100
for value in "1," ",1" 4096 7-5 1-2-3 "1-," x ""; do refused vlan "$value"; done
for value in 1 17 0 x; do refused rss $value; done
for value in 02:00:00:00:00 02:00:00:00:00:00:00 02:00:00:00:00:0g 2:0:0:0:0:1 ""; do refused address add "$value"; done
refused address add
refused address remove 02:00:00:00:00:99
run set 3:0.0 address frob 02:00:00:00:00:0a; expect "set address frob" 2 err 'not "frob"'
# shellcheck disable=SC2046 # 127 addresses
refused address add $(printf '02:00:00:00:01:%02x ' {0..126})
run info 3:0.0; expect "what was refused changed nothing" 0 out "^MTU +9000$" out "^more addresses +02:00:00:00:00:0a$"
echo 90 >"$sys/fail-ioctl-16"
run set 3:0.0 mtu 9706
expect "set: EMSGSIZE" 1 err "cannot set mtu to 9706 on port 0000:03:00.0" err "the buffers are too small"
rm "$sys/fail-ioctl-16"
run set 81:0.0 mtu 1500; expect "set of a port that is not bound" 1 err "onepathctl bind 0000:81:00.0"

run stats 3:0.0
expect "stats" 0 no-err out "^PORT +QUEUE +RX-FRAMES" out "^0000:03:00.0 +all +1234567890123 +0 +0 +17 +0 +0 +42 +0 +5$"
run stats --queues 3:0.0
expect "stats --queues" 0 out "^0000:03:00.0 +3 +0 +0 +33 +- +- +- +0 +0 +0$" out "^0000:03:00.0 +15\+ .* 77 "
run stats --json --queues 3:0.0
expect "stats --json" 0 no-err json /port 0000:03:00.0 json /rx_filtered 17 json /queues/0/rx_missed 33 \
	json /queues/1/tx_frames 77 lines 1
run stats 3:0.0 3:0.0; expect "stats of two ports" 0 lines 3
echo 3 >"$sys/calls"
run stats -w 0.1 3:0.0
expect "stats -w" 0 no-err lines 4 out "RX/s +Mbit/s" out "^0000:03:00.0 .* 5 +0 +0.0 +0 +0.0$" \
	out "^0000:03:00.0 +all +1234569890123 .* [1-9][0-9]{3,7} +0.0 +0 +0.0$"
run stats --watch=0.1 --json 3:0.0; expect "stats --watch --json: an object a line" 0 no-err lines 3
rm "$sys/calls"
for seconds in 0 0.01 1x -; do
	run stats --watch=$seconds 3:0.0; expect "stats --watch=$seconds" 2 err "seconds, 0.1 to 86400, not \"$seconds\""
done
echo 19 >"$sys/fail-ioctl-2"
run stats 3:0.0; expect "stats: ENODEV" 1 err "cannot ask port 0000:03:00.0"
run info 3:0.0; expect "info: ENODEV" 1 err "cannot ask port 0000:03:00.0" no-out
rm "$sys/fail-ioctl-2"
run link 3:0.0; expect "link" 0 no-err out "^0000:03:00.0 up 10000 Mb/s$" lines 1
echo 2 >"$sys/changes"
run link -w 3:0.0
expect "link -w" 0 no-err lines 3 out "^[0-9:]{8} 0000:03:00.0 down$" out "^[0-9:]{8} 0000:03:00.0 up 10000 Mb/s$"
echo -1 >"$sys/changes"
run link -w 3:0.0; expect "link -w: the port goes away" 1 lines 2 err "unbound"
rm "$sys/changes"
run link 3:0.0 3:0.1; expect "link of two ports" 2 err "one address"
run info -w 3:0.0; expect "info does not watch" 2 err "-w"

run info 81:00.0; expect "info of a port that is not bound" 1 err "onepathctl bind 0000:81:00.0"
run unbind 3:0.0
expect "unbind gives it back" 0 no-err driver 0000:03:00.0 ixgbe override 0000:03:00.0 "(null)" \
	no-record 0000:03:00.0
run unbind 3:0.0; expect "unbind of what is not bound" 1 err "its driver is: ixgbe"

run bind 3:0.1; expect "bind refuses an interface that is up" 1 err "ip link set eth1 down" driver 0000:03:00.1 ixgbe
run bind --force 3:0.1; expect "bind --force" 0 driver 0000:03:00.1 onepath
run unbind 3:0.1; expect "unbind after --force" 0 driver 0000:03:00.1 ixgbe

run bind 81:0.0; expect "bind without a driver before" 0 no-err driver 0000:81:00.0 onepath
run unbind 81:0.0; expect "unbind leaves it without a driver" 0 no-err driver 0000:81:00.0 none

run bind 3:0.0 81:0.0; expect "bind of two" 0 driver 0000:03:00.0 onepath driver 0000:81:00.0 onepath
run unbind 3:0.0 81:0.0; expect "unbind of two" 0 driver 0000:03:00.0 ixgbe driver 0000:81:00.0 none
run bind 3:0.0 0:1f.6; expect "bind looks at all before it touches one" 1 driver 0000:03:00.0 ixgbe

echo vfio-pci >"$sys/bus/pci/devices/0000:81:00.0/driver_override"
ln -s ../../drivers/vfio-pci "$sys/bus/pci/devices/0000:81:00.0/driver"
run bind 81:0.0; expect "bind from vfio-pci" 0 driver 0000:81:00.0 onepath
run unbind 81:0.0
expect "unbind restores driver_override" 0 driver 0000:81:00.0 vfio-pci override 0000:81:00.0 vfio-pci

fresh
rm -r "$sys/bus/pci/drivers/onepath"
run bind 3:0.0; expect "bind without the module" 1 err "insmod onepath.ko" driver 0000:03:00.0 ixgbe

fresh
echo 16 >"$sys/fail-bind-onepath"
run bind 3:0.0
expect "onepath refuses: the device goes back" 1 err "onepath does not take it" driver 0000:03:00.0 ixgbe \
	override 0000:03:00.0 "(null)" no-record 0000:03:00.0
run bind 81:0.0
expect "onepath refuses a driverless device" 1 driver 0000:81:00.0 none override 0000:81:00.0 "(null)"
echo 5 >"$sys/fail-bind-ixgbe"
run bind 3:0.0; expect "what cannot go back is said" 1 err "could not be given back to its driver (ixgbe)"

fresh
echo 1 >"$sys/fail-unbind-ixgbe"
run bind 3:0.0
expect "the old driver does not let go" 1 err "does not let go" err "needs root" driver 0000:03:00.0 ixgbe \
	override 0000:03:00.0 "(null)" no-record 0000:03:00.0

for moment in unbind bind; do
	fresh
	echo $moment >"$sys/interrupt"
	run bind 3:0.0
	expect "Ctrl-C after $moment: the device goes back" 1 err "interrupted" driver 0000:03:00.0 ixgbe \
		override 0000:03:00.0 "(null)" no-record 0000:03:00.0
done

fresh
run bind 3:0.0
rm "$tmp/run/0000:03:00.0"
run unbind 3:0.0
expect "unbind without a record: the kernel chooses" 0 driver 0000:03:00.0 ixgbe override 0000:03:00.0 "(null)"
run bind 3:0.0
echo 2 >"$sys/fail-bind-ixgbe"
run unbind 3:0.0
expect "unbind whose driver is gone" 1 err "has no driver now: ixgbe did not take it" driver 0000:03:00.0 none
rm "$sys/fail-bind-ixgbe"
run bind 3:0.0
printf 'driver=../ixgbe\noverride=\n' >"$tmp/run/0000:03:00.0"
run unbind 3:0.0
expect "unbind with a spoilt record" 0 err "is unreadable" driver 0000:03:00.0 none
run bind 3:0.0
echo 5 >"$sys/fail-unbind-onepath"
run unbind 3:0.0; expect "onepath does not let go" 1 err "onepath does not let go" driver 0000:03:00.0 onepath

fresh
touch "$tmp/run"
run bind 3:0.0
expect "no record, no change" 1 err "cannot note" driver 0000:03:00.0 ixgbe override 0000:03:00.0 "(null)"

rm -rf "${sys:?}/bus/pci/devices"/*
run list; expect "list of nothing" 0 err "no 82599 found"
run list --json; expect "list --json of nothing" 0 no-err json "" "[ ]"
sys=$tmp/nowhere
run list; expect "list without sysfs" 1 err "sysfs"

# The udev rules name what the module makes, and the example is a rule, too.
rules=$root/tools/onepathctl/60-onepath.rules
well_formed() { # every rule: keys to match, then what to assign, and nothing else
	sed 's/^#SUBSYSTEM/SUBSYSTEM/; /^#/d; /^$/d' "$rules" >"$tmp/out"
	! grep -vE "^SUBSYSTEM==\"onepath\"(, KERNEL==\"[0-9a-f:.]+\")?(, (OWNER|GROUP)=\"[a-z]+\")+, MODE=\"0[0-7]{3}\"\$" "$tmp/out"
}
status=0
: >"$tmp/err"
well_formed || status=$?
expect "udev rules" 0 lines 2 out 'GROUP="onepath", MODE="0660"'

echo "test_onepathctl: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
