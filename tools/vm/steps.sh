# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
#
# steps.sh: the steps by which setup.sh makes the toolbox, and what they share: the
# machine's apt sources, apt inside the root, unpacking of packages. A step that fails
# prints a line "FAILED: what and what to do"; that line is shown to the user.
# shellcheck disable=SC2154 # root, cache, self, state, modules_out and lists are setup.sh's

# What apt itself says of this machine's sources, in either format: the address of the
# repository that has suite $1 (a pattern).
repository_of() {
	apt-get indextargets --format "\$(RELEASE) \$(REPO_URI) \$(SOURCESENTRY)" 'Created-By: Packages' |
		awk -v want="^($1)\$" '$1 ~ want { print $2, $3; exit }'
}

# Sets mirror, security (may be empty) and keyring.
find_mirror() {
	local releases='stable|oldstable|testing|unstable|sid|bullseye|bookworm|trixie|forky|duke' entry file
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -e "$keyring" ] || keyring=${keyring%.gpg}.pgp
	if [ "${ONEPATH_MIRROR:-}" ]; then
		mirror=${ONEPATH_MIRROR%/}/
		security=
	else
		# apt knows its sources only once it has read their lists
		[ "$(repository_of "$releases")" ] || apt-get update >>"$log" 2>&1 || :
		read -r mirror entry <<<"$(repository_of "$releases")"
		read -r security _ <<<"$(repository_of "($releases)-security")"
		[ "$mirror" ] || die "no Debian mirror in this machine's apt sources. Give one: ONEPATH_MIRROR=URL $self setup"
		file=$(grep -ihoE '^ *signed-by: *[^ ]+|signed-by=[^] ,]+' "${entry%:*}" | head -n 1 | sed 's/.*[:=] *//')
		[ ! -f "$file" ] || keyring=$file
	fi
	[ -f "$keyring" ] || die "no Debian keyring ($keyring). Install it: apt-get install debian-archive-keyring"
}

source_line() {
	echo "deb [signed-by=$1] $2 $3 main"
}

# Proxies, dates and certificates as this machine's apt has them.
apt_settings() {
	apt-config dump | grep -E '^Acquire::(https?::|Check-|ForceIPv)' || :
	cat <<-END
		Acquire::Retries "3";
		Acquire::Languages "none";
		APT::Install-Recommends "false";
		APT::Sandbox::User "root";
		APT::Get::Assume-Yes "true";
		Dir::Log::Terminal "";
	END
}

in_root() {
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
		DEBIAN_FRONTEND=noninteractive HOME=/root "$@"
}

mount_for_apt() {
	mountpoint -q "$root/dev" || make_dev "$root/dev"
	mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
}

# want SUITE PACKAGE...: says which of the packages apt cannot have from there
want() {
	local suite=$1 missing
	shift
	missing=$(printf '%s\n' "$@" | grep -vxF -f <(in_root apt-cache madison "$@" | awk -v s="$suite" '$6 ~ "^" s { print $1 }') || :)
	[ -z "$missing" ] || {
		echo "FAILED: $mirror has no package ${missing//$'\n'/, }${suite:+ in $suite}."
		echo "FAILED: If it is a partial mirror, give a full one: ONEPATH_MIRROR=URL $self setup"
		return 1
	}
}

# Downloads packages (NAME=VERSION) to $root/opt/fetch.
fetch() {
	rm -rf "$root/opt/fetch"
	mkdir "$root/opt/fetch"
	in_root sh -c 'cd /opt/fetch && apt-get download "$@"' sh "$@" || {
		echo "FAILED: could not download $*"
		return 1
	}
}

step_base() {
	command -v mmdebstrap >/dev/null || {
		echo "installing mmdebstrap on this machine"
		apt-get update
		apt-get install -y --no-install-recommends mmdebstrap || {
			echo "FAILED: mmdebstrap could not be installed on this machine by apt-get"
			return 1
		}
	}
	apt_settings >"$cache/apt.conf"
	source_line "$keyring" "$mirror" trixie |
		mmdebstrap --variant=apt --aptopt="$cache/apt.conf" --include=ca-certificates \
			--dpkgopt='force-unsafe-io' \
			--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
			--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
			trixie "$root.new" - || {
		echo "FAILED: no base system could be had from $mirror. Is the network up, is the address right?"
		return 1
	}
	rm -f "$cache/apt.conf" "$root.new/etc/apt/sources.list.d"/*
	mkdir -p "$root.new/opt/onepath"
	mv "$root.new" "$root"
}

step_index() {
	mount_for_apt
	mkdir -p "$root/etc/apt/keyrings"
	cp "$keyring" "$root/etc/apt/keyrings/"
	keyring=/etc/apt/keyrings/${keyring##*/}
	case $mirror in mirror+file:*) mkdir -p "$root/etc/apt/mirrors" && cp /etc/apt/mirrors/* "$root/etc/apt/mirrors/" ;; esac
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	[ ! -e /etc/ssl/certs/ca-certificates.crt ] ||
		cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
	apt_settings >"$root/etc/apt/apt.conf.d/90onepath"
	{
		source_line "$keyring" "$mirror" trixie
		source_line "$keyring" "$mirror" trixie-backports
		source_line "$keyring" "$mirror" bookworm
		[ -z "$security" ] || source_line "$keyring" "$security" bookworm-security
	} >"$root/etc/apt/sources.list"
	printf 'Package: *\nPin: release n=%s\nPin-Priority: 50\n\n' bookworm bookworm-security trixie-backports \
		>"$root/etc/apt/preferences.d/onepath"
	in_root apt-get update --error-on=any || {
		echo "FAILED: package lists could not be had from $mirror. Is the network up, is the address right?"
		return 1
	}
}

# Installs packages of trixie.
install() {
	want trixie "$@"
	in_root apt-get install "$@"
	in_root apt-get clean
}

step_tools() {
	# shellcheck disable=SC2086 # lists
	want trixie $tools
	# shellcheck disable=SC2086
	want bookworm $tools_bookworm
	# shellcheck disable=SC2086
	in_root apt-get install $tools $tools_bookworm
	in_root apt-get clean
}

step_backports() {
	# shellcheck disable=SC2086
	want trixie-backports $tools_backports
	# shellcheck disable=SC2086
	in_root apt-get install -t trixie-backports $tools_backports
	in_root apt-get clean
	version=$(in_root qemu-system-x86_64 --version | sed -n 's/.*version \([0-9]*\.[0-9]*\).*/\1/p')
	printf '10.1\n%s\n' "$version" | sort -VC || {
		echo "FAILED: QEMU $version from trixie-backports is older than 10.1"
		return 1
	}
}

step_libraries() {
	# shellcheck disable=SC2086
	install $tools_libraries
}

step_peers() {
	# shellcheck disable=SC2086
	install $tools_peers
}

step_nf() {
	# shellcheck disable=SC2086
	install $tools_nf
}

step_fuzz() {
	# shellcheck disable=SC2086
	install $tools_fuzz
}

# $1: 6.1, 6.12 or newest. Unpacked, not installed: no initramfs, no boot loader. The
# headers go to where their own links expect them, image and modules to /opt/onepath.
step_kernel() {
	local versions version release headers kbuild image old deb dir=$state/kernels/$1
	versions=$(in_root apt-cache madison linux-headers-amd64 | awk '{print $3}')
	[ "$1" = newest ] || versions=$(grep "^${1//./\\.}\\." <<<"$versions" || :)
	version=$(sort -V <<<"$versions" | tail -n 1)
	[ "$version" ] || {
		echo "FAILED: the mirror ($mirror) has no linux-headers-amd64 of version $1"
		return 1
	}
	release=$(in_root apt-cache show "linux-headers-amd64=$version" |
		sed -n '/^Depends/s/.*linux-headers-\([^ ,]*-amd64\).*/\1/p')
	headers="linux-headers-$release linux-headers-${release%-amd64}-common"
	kbuild=$(in_root apt-cache show "linux-headers-$release=$version" |
		sed -n '/^Depends/s/.*\(linux-kbuild-[^ ,]*\).*/\1/p')
	if in_root apt-cache madison "linux-modules-$release" | grep -q .; then
		image="linux-binary-$release linux-base-$release linux-modules-$release"
	else
		image=linux-image-$release
	fi
	# shellcheck disable=SC2086 # lists
	want '' $headers $kbuild $image
	# shellcheck disable=SC2046,SC2086
	fetch $(printf "%s=$version\n" $headers $kbuild $image)
	for old in "$release" $(cat "$dir/release" 2>/dev/null); do
		rm -rf "$root/usr/src/linux-headers-${old%-amd64}"*
	done
	rm -rf "$dir"
	mkdir -p "$dir"
	for deb in "$root"/opt/fetch/linux-headers* "$root"/opt/fetch/linux-kbuild*; do
		unpack "$deb" "$root" './usr/src' './usr/lib/linux-kbuild*'
	done
	for deb in "$root"/opt/fetch/linux-{image,binary,base,modules}*; do
		[ ! -e "$deb" ] || unpack "$deb" "$dir" './boot' './lib/modules' './usr/lib/modules'
	done
	[ -d "$dir/lib" ] || mv "$dir/usr/lib" "$dir/lib"
	find "$dir" -name "vmlinuz*" -exec mv {} "$dir/bzImage" \;
	in_root depmod -b "/opt/onepath/kernels/$1" "$release"
	rm -rf "${dir:?}"/{boot,usr}
	extract_vmlinux "$dir/bzImage" "$dir/vmlinux"
	for deb in "$root"/opt/fetch/*.deb; do
		dpkg-deb --showformat "\${Package} \${Version} unpacked\n" -W "$deb"
	done >"$dir/versions"
	echo "$release" >"$dir/release"
	rm -rf "$root/opt/fetch"
}

# unpack DEB DIR PATTERN...: the files of a package that match, where tar finds any
unpack() {
	local deb=$1 dir=$2 out pattern
	shift 2
	out=()
	for pattern in $modules_out; do
		out+=("--exclude=*/kernel/$pattern")
	done
	dpkg-deb --fsys-tarfile "$deb" >"$deb.tar"
	for pattern; do
		if tar -tf "$deb.tar" --wildcards "$pattern" >/dev/null 2>&1; then
			tar -xf "$deb.tar" -C "$dir" --keep-directory-symlink "${out[@]}" --wildcards "$pattern"
		fi
	done
	rm "$deb.tar"
}

# The kernel as ELF file, which QEMU starts without the real-mode and unpacking stages
# (PVH). Offsets: the kernel's Documentation/arch/x86/boot.rst.
extract_vmlinux() {
	local sectors offset length
	field() { od -An -j "$2" -N "$3" -t "u$3" "$1" | tr -d ' '; }
	sectors=$(field "$1" $((0x1f1)) 1)
	offset=$(($(field "$1" $((0x248)) 4) + (sectors + 1) * 512))
	length=$(($(field "$1" $((0x24c)) 4) - 4)) # the last 4 bytes are the unpacked size
	tail -c +$((offset + 1)) "$1" | head -c "$length" >"$2.packed"
	case $(head -c 4 "$2.packed" | od -An -t x1 | tr -d ' ') in
	fd377a58) in_root xz -dc <"$2.packed" >"$2" ;;
	28b52ffd) in_root zstd -dc <"$2.packed" >"$2" ;;
	1f8b*) gzip -dc <"$2.packed" >"$2" ;;
	*)
		echo "FAILED: $1 is packed in a way that is not known here"
		return 1
		;;
	esac
	rm "$2.packed"
}

# The kernel's source as Debian packs it: for a kernel of our own (debug-kernel), and for what is in no other package.
step_source() {
	local package dir=$state/source
	# shellcheck disable=SC2086 # a list
	install $tools_source
	package=$(in_root apt-cache depends linux-source | sed -n 's/.*Depends: //p' | head -n 1)
	fetch "$package"
	rm -rf "$dir"
	mkdir -p "$dir"
	dpkg-deb --fsys-tarfile "$root"/opt/fetch/*.deb |
		tar -xO --wildcards './usr/src/linux-source-*.tar.xz' >"$dir/linux.tar.xz"
	dpkg-deb --showformat "\${Package} \${Version} tar.xz only\n" -W "$root"/opt/fetch/*.deb >"$dir/versions"
	rm -rf "$root/opt/fetch"
}

step_checkpatch() {
	mkdir -p "$state/checkpatch"
	in_root xz -dc -T2 /opt/onepath/source/linux.tar.xz |
		tar -x -C "$state/checkpatch" --transform='s,.*/,,' --wildcards --no-wildcards-match-slash \
			'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
			'*/scripts/const_structs.checkpatch' '*/.clang-format'
	[ -s "$state/checkpatch/checkpatch.pl" ]
}

step_finish() {
	in_root apt-get clean
	{
		echo "# toolbox made $(date -u +%Y-%m-%dT%H:%M:%SZ); package lists of:"
		for list in "$root"/var/lib/apt/lists/*Release; do
			awk '/^(Codename|Date):/ { v[$1] = $0; sub(/^[^ ]* /, "", v[$1]) }
				/^ / { exit } END { print "#   " v["Codename:"] ", " v["Date:"] }' "$list"
		done
		cat "$state"/kernels/*/versions "$state/source/versions"
		in_root dpkg-query -W -f "\${Package} \${Version}\n"
	} >"$state/versions"
	rm -rf "$root"/var/lib/apt/lists/*
}
