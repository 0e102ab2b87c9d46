# SPDX-License-Identifier: BSD-3-Clause
# One picture: `what` it shows, from `data`, into `picture` (tests/bench/plot).

set terminal pngcairo size 1200,700 font ",11"
set output picture
set datafile missing "?"
set grid ytics lc rgb "#cccccc"
set key outside top center horizontal
set rmargin 12
array names[4] = ["onepath", "the paper's algorithm", "DPDK, vector", "DPDK, full-featured"]
array colors[4] = ["#1b7837", "#7fbf7b", "#762a83", "#af8dc3"]

if (what eq "latency") {
	set title "Latency against throughput, no-op, NIC on the other core"
	set xlabel "frames per 1000 ticks"
	set ylabel "ticks from arrival to doorbell, 99 of 100 frames"
	set logscale y
	plot for [d=1:4] data using (column(1+d)):(column(5+d)) with linespoints lw 2 pt 7 \
		lc rgb colors[d] title names[d]
	exit
}
if (what eq "rings") {
	set title "Ticks per packet by ring size, header-reading, NIC on the same core"
	set xlabel "descriptors"
	set ylabel "ticks"
	set logscale y
	plot for [d=1:4] data using (column(1+d)):xtic(1) with linespoints lw 2 pt 7 \
		lc rgb colors[d] title names[d]
	exit
}
if (what eq "instructions") { set title "Instructions per packet" }
if (what eq "hot") { set title "Ticks per packet, NIC on the same core" }
if (what eq "cross") { set title "Ticks per packet, NIC on the other core" }
set style data histograms
set style histogram clustered gap 1
set style fill solid
set boxwidth 0.9
set logscale y
set xtics rotate by -40 noenhanced
plot for [d=1:4] data using (column(1+d)):xtic(1) lc rgb colors[d] title names[d]
