# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# dpdk_vm.sh: the VM in which DPDK's testpmd runs: what is in it, and how ports get their driver.
# Sourced after lib.sh.

# What the guest's image needs, in $files. testpmd's libraries come along; the plugins that it
# opens by itself are these.
dpdk_files() { # MODULES
	local name
	files=(--add "$(gcc -print-file-name=libgcc_s.so.1):/lib/x86_64-linux-gnu/"
		--add "$(readlink -f "$(command -v dpdk-testpmd)"):/opt/dpdk-testpmd"
		--add /usr/libexec/coreutils/libstdbuf.so:/opt/
		--add "$checkout/tests/peers/testpmd:/bin/")
	for name in net_ixgbe mempool_ring; do
		files+=(--add "$(find /usr/lib -path "*/dpdk/pmds-*/librte_$name.so.*" -type f):/opt/$name.so")
	done
	for name in $1; do
		files+=(--module "$name")
	done
}

# DPDK takes no plugin out of a folder that all may write to.
dpdk_prepares() { # MODULES
	guest "chmod 755 / && mkdir -p /var /dev/hugepages && ln -sfn /run /var/run &&
		mount -t hugetlbfs none /dev/hugepages && for m in $1; do modprobe \$m || exit 1; done"
}

# The driver has these ports, and no other may.
takes() { # DRIVER PORTS
	guest "for a in $2; do echo $1 >/sys/bus/pci/devices/\$a/driver_override &&
		echo \$a >/sys/bus/pci/drivers_probe && test -d /sys/bus/pci/drivers/$1/\$a || exit 1; done"
}
