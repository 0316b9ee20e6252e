#!/usr/bin/env bash
# Installs the Debian packages that the demo or the test suite needs if run as root, otherwise prints the command to copy.
#   debian-packages.sh demo | test | engines    look, and install what is missing
#   debian-packages.sh --list                   print all sets
# isopress itself needs none of them: the tests use them as independent judges, the demo to make and boot a Debian.
set -euo pipefail

# `a|b`: one of them is enough; the first that the archive has is installed.
DEMO=(mmdebstrap debian-archive-keyring uidmap qemu-system-x86 ovmf)
TEST=(
  # judges of the formats
  man-db zsh fish e2fsprogs fuse2fs squashfs-tools squashfs-tools-ng squashfuse xorriso genisoimage 'p7zip-full|7zip' libarchive-tools
  erofs-utils dosfstools mtools udftools makefs isomd5sum gdisk fdisk parted grub-common file cpio
  # makers of images that are recognised but not read
  qemu-utils cryptsetup-bin btrfs-progs xfsprogs ntfs-3g exfatprogs f2fs-tools
  # published media
  grub-rescue-pc ipxe memtest86+
  # boot loaders of live ISOs, and machines that boot them
  grub-pc-bin grub-efi-amd64-bin isolinux syslinux-common syslinux-utils mmdebstrap debian-archive-keyring uidmap qemu-system-x86 ovmf busybox-static
  # an installer that is started over a network
  debian-installer-12-netboot-amd64
  # root trees of another architecture, and its emulator
  arch-test binfmt-support qemu-user-static qemu-system-arm qemu-efi-aarch64
  # the image builder that live ISOs are compared with
  kiwi kiwi-systemdeps-iso-media python3-pip
  # package databases, SELinux policies, and a dracut that runs outside a tree
  rpm pacman-package-manager python3 policycoreutils selinux-utils dracut-core
  # trees with attributes, capabilities, access lists and mounts
  attr libcap2-bin acl util-linux mount bzip2 zstd xz-utils lz4 lzop zsync android-sdk-libsparse-utils binutils zip unzip
  # container images
  umoci skopeo docker-registry
  # programs that sign
  gpg gpg-agent openssh-client openssl minisign signify-openbsd
  # a server for caches
  nginx-light
  # the browser of the web app and the pages
  chromium-headless-shell
  # the compiler of the WebAssembly module: any other one gives other bytes
  clang-14 lld-14 wasi-libc libclang-rt-14-dev-wasm32
)
# Engines that run a matrix of images, for the suites that ISOPRESS_SLURM and ISOPRESS_CONTAINER ask for: Slurm, and containers. Where packages start
# their services, munge does; the daemons of Slurm have no configuration and do not.
ENGINES=(make procps munge slurmctld slurmd slurm-client buildah podman runc mmdebstrap)

ATTEMPTS=5
APT=(apt-get -qq -o Acquire::Retries=3 -o Acquire::http::Timeout=30 -o DPkg::Lock::Timeout=300)

main() {
  case "${1:-}" in
    demo) missing_of "${DEMO[@]}" ;;
    test) missing_of "${TEST[@]}" ;;
    engines) missing_of "${ENGINES[@]}" ;;
    --list)
      printf 'demo: %s\ntest: %s\nengines: %s\n' "${DEMO[*]}" "${TEST[*]}" "${ENGINES[*]}"
      return
      ;;
    *)
      echo "usage: $0 demo|test|engines|--list" >&2
      return 2
      ;;
  esac
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ]; then
    echo "sudo apt-get install --no-install-recommends ${missing[*]%%|*}  # missing for: $1"
    without "$1"
    return
  fi
  install_missing || without "$1"
}

# Fills `missing`. Asks the package database, not PATH: sbin is often not on it, and data packages have no command.
missing_of() {
  missing=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is not a Debian system; continuing with the installed programs. Debian's packages would be: ${*%%|*}"
    return
  fi
  local installed wanted name found
  # The architecture part (`attr:amd64`) is not shown in this format; a package without a status is not known at all.
  installed=" $(dpkg-query -W -f '${Package}=${db:Status-Status} ' 2>/dev/null) "
  for wanted in "$@"; do
    found=no
    for name in ${wanted//|/ }; do
      [[ $installed == *" $name=installed "* ]] && found=yes
    done
    [ $found = yes ] || missing+=("$wanted")
  done
}

install_missing() {
  local packages=() wanted name
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  echo "Installing Debian packages: ${missing[*]%%|*}"
  if ! patiently update; then
    failed 'The package lists could not be fetched'
    return 1
  fi
  for wanted in "${missing[@]}"; do
    name=$(available "${wanted//|/ }")
    if [ -n "$name" ]; then packages+=("$name"); else echo "Not in this system's archive: ${wanted%%|*}"; fi
  done
  if [ ${#packages[@]} -gt 0 ] && ! patiently install --yes --no-install-recommends "${packages[@]}"; then
    failed 'The packages could not be installed'
    return 1
  fi
  [ ${#packages[@]} -eq ${#missing[@]} ]
}

# The first of these names in the archive.
available() {
  local name candidate='Candidate: [^(]'
  for name in $1; do
    if [[ $(LC_ALL=C apt-cache policy "$name" 2>/dev/null) =~ $candidate ]]; then
      echo "$name"
      return
    fi
  done
}

# Another apt may have the lock, and downloads may fail: tries again, a little later each time.
patiently() {
  local attempt
  for ((attempt = 1; attempt <= ATTEMPTS; attempt++)); do
    if DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 "${APT[@]}" "$@" >>"$log" 2>&1 </dev/null; then
      return
    fi
    [ "$attempt" -lt "$ATTEMPTS" ] && sleep $((attempt * 5))
  done
  return 1
}

failed() {
  echo "$1:" >&2
  tail -n 40 "$log" >&2
}

# Tests without their judge are skipped and the demo falls back; only a run that requires every judge cannot continue.
without() {
  if [ "$1" = test ] && [ "${ORACLES:-}" = required ]; then
    echo "ORACLES=required: the packages above must be installed." >&2
    return 1
  fi
}

main "$@"
