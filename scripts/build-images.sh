#!/usr/bin/env bash
# Makes the lab's images from Debian packages, for machines that reach a Debian mirror but no container registry.
#
#   scripts/build-images.sh           does nothing when the images are there
#   scripts/build-images.sh --force   makes them anew
#   scripts/build-images.sh --yes     asks nothing: takes signed packages from a mirror whose lists are old
#
# One root file system with nginx, Node, Redis and PostgreSQL becomes one image with four names. No system package is touched.
#
#   LAB_DEBIAN_MIRROR   the mirror to use instead of the one in this machine's apt configuration
#   TMPDIR              where to work: 1 GB for half a minute; /var/tmp unless set

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

assume_yes=no # read by ask
# Set by make_work_folder and by install_packages; read by clean_up.
work=
installer=

main() {
  local force=no option
  for option in "$@"; do
    case "$option" in
      --force) force=yes ;;
      -y | --yes) assume_yes=yes ;;
      -h | --help) print_help_of "${BASH_SOURCE[0]}" && exit ;;
      *) fail_usage "unknown option '$option'; allowed: --force, --yes, --help" ;;
    esac
  done

  require_engine
  if [[ $force == no ]] && images_present "${DEBIAN_IMAGES[@]}" && images_are_of_this_recipe; then
    say "images: already there (${DEBIAN_IMAGES[*]})"
    exit 0
  fi
  local mirror
  mirror=$(debian_mirror)
  require_means "$mirror"

  make_work_folder
  say "images: fetching debootstrap of Debian $NEWER_SUITE"
  fetch_debootstrap "$mirror"
  say "images: installing nginx, Node, Redis and PostgreSQL into a folder of their own (about half a minute)"
  install_packages "$mirror"
  say "images: removing what no container reads, taking over the official images' users and folders"
  refuse_older_packages
  in_root dress
  in_root refuse_traces
  as_root install -m 755 scripts/postgres-entrypoint.sh "$work/root/usr/local/bin/docker-entrypoint.sh"
  say "images: docker import"
  import_images
  say "images: made ${DEBIAN_IMAGES[*]} in $SECONDS s"
}

require_engine() {
  have docker || fail "there is no docker command" "Run: ./scripts/setup.sh"
  local answer
  answer=$(engine_version) || fail "no Docker engine answers: $answer" "Run: ./scripts/setup.sh"
}

# Everything that can be known before half a minute is spent.
require_means() {
  local mirror=$1 free_kb folder=${TMPDIR:-/var/tmp}
  local official="Get the official images: npx lab images pull; or, from a file: npx lab images load FILE"
  if ! have apt-get || ! have dpkg-deb; then fail "images are made of Debian packages, and this machine has no apt" "$official"; fi
  [[ -n $mirror ]] || fail "apt on this machine has no Debian mirror, and LAB_DEBIAN_MIRROR is not set" "$official"
  # debootstrap and wget have the address on their command lines, which everybody on this machine can read.
  [[ ! $mirror =~ ://[^/]*@ ]] ||
    fail "the Debian mirror $(shown "$mirror") has a password in its address" \
      "Put the password into root's ~/.netrc (wget) and /etc/apt/auth.conf (apt_auth.conf(5)), and take it out of the address."
  [[ -r $DEBIAN_KEYRING ]] || fail "there is no $DEBIAN_KEYRING to verify packages with" "Install the package debian-archive-keyring."
  have wget || fail "debootstrap downloads with wget, and there is none" "Install the package wget."
  free_kb=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
  ((free_kb > 1000000)) || fail "1000 MB are needed in $folder, $((free_kb / 1000)) are free" "Make room, or set TMPDIR."
  require_root "making a root file system"
}

make_work_folder() {
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  work=$(mktemp -d "${TMPDIR:-/var/tmp}/session-lab-images.XXXXXX")
  # The containers' users must be able to read what is made here.
  umask 022
}

# Leaves nothing behind, whatever ended the script.
clean_up() {
  trap '' HUP INT TERM
  if [[ -n $installer ]]; then
    # The installer leads a process group, so its children end too. (bash's own kill: small systems have no other.)
    as_root bash -c "kill -TERM -- -$installer; sleep 0.5; kill -KILL -- -$installer" 2>/dev/null || true
    wait "$installer" 2>/dev/null || true
  fi
  [[ -z $work ]] || as_root rm -rf --one-file-system "$work"
}

fetch_debootstrap() {
  local mirror=$1 scripts=$work/tools/usr/share/debootstrap/scripts
  fetch_packages "$NEWER_SUITE" "$work/tools" "$work/log" debootstrap ||
    fail_with_log "$work/log" "could not fetch debootstrap of Debian $NEWER_SUITE from $mirror" \
      "Set LAB_DEBIAN_MIRROR to a mirror that has it."
  # A debootstrap older than the suite has no script for it; every suite since sid has sid's.
  [[ -e $scripts/$NEWER_SUITE ]] || ln -s sid "$scripts/$NEWER_SUITE"
}

# debootstrap mounts /proc in the new root: in a mount namespace of its own, which goes with it even after kill -9. There the work
# folder is /mnt, because debootstrap takes no path with a blank or a quote in it.
# It runs in the background because bash heeds a signal only after its foreground command has ended,
# and under job control (set -m) because that gives it a process group of its own.
install_packages() {
  local mirror=$1 failed=0
  set -m
  # shellcheck disable=SC2016 # the words in quotes are that shell's
  as_root unshare --mount sh -c 'mount --bind "$1" /mnt && shift && exec "$@"' sh "$work" \
    env DEBOOTSTRAP_DIR=/mnt/tools/usr/share/debootstrap /mnt/tools/usr/sbin/debootstrap \
    --variant=minbase --include=nginx,redis-server,nodejs,postgresql-18,busybox --keyring="$DEBIAN_KEYRING" --force-check-sig \
    "$NEWER_SUITE" /mnt/root "$mirror" >"$work/log" 2>&1 </dev/null &
  installer=$!
  set +m
  wait "$installer" || failed=$?
  # Gone, and its number may soon be somebody else's.
  installer=
  ((failed == 0)) ||
    fail_with_log "$work/log" "debootstrap of Debian $NEWER_SUITE from $mirror failed (exit code $failed)" \
      "Run this again, or set LAB_DEBIAN_MIRROR to another mirror."
}

# debootstrap verifies signatures, and takes old lists without a word. Those that apt has accepted a minute ago are the measure.
refuse_older_packages() {
  local accepted used
  accepted=$(list_date "$work/tools/.release")
  used=$(list_date "$work/root/var/lib/apt/lists/"*_Release)
  ((used >= accepted)) ||
    fail "the mirror gave older package lists to debootstrap ($(date -ud "@$used" +%F)) than to apt ($(date -ud "@$accepted" +%F))" \
      "Run this again; if it stays so, set LAB_DEBIAN_MIRROR to another mirror."
}

# The seconds since 1970 at which a Release file was made.
list_date() {
  local line
  line=$(grep -m 1 '^Date: ' "$1") || fail "there is no date in $1" "Set LAB_DEBIAN_MIRROR to another mirror."
  date -d "${line#Date: }" +%s
}

# in_root FUNCTION: runs it as root and in plain sh, in the folder of the new root file system.
# shellcheck disable=SC2016 # the words after it are that shell's
in_root() { as_root sh -eu -c "$(declare -f "$1")"' && cd "$1" && "$2"' sh "$work/root" "$1"; }

dress() {
  rm -rf var/lib/dpkg/info
  rm -rf usr/share/doc usr/share/man usr/share/info usr/share/locale usr/share/lintian usr/lib/*/gconv
  # Perl came with Debian's scripts around PostgreSQL, which made a database nobody wants.
  rm -rf usr/share/perl usr/lib/*/perl usr/lib/*/libperl.so* usr/share/postgresql-common var/lib/postgresql/*
  # The health checks' wget is busybox's, as in the official images.
  ln -s /usr/bin/busybox usr/local/bin/wget
  # The official images' users, with their numbers, so that one compose file fits both families.
  sed -i '/^redis:/d; /^postgres:/d' etc/passwd etc/group
  {
    echo 'nginx:x:101:101::/var/cache/nginx:/bin/false'
    echo 'redis:x:999:1000::/data:/bin/false'
    echo 'node:x:1000:1000::/home/node:/bin/sh'
    echo 'postgres:x:70:70::/var/lib/postgresql:/bin/sh'
  } >>etc/passwd
  {
    echo 'nginx:x:101:'
    echo 'redis:x:1000:'
    echo 'node:x:1000:'
    echo 'postgres:x:70:'
  } >>etc/group
  mkdir -p data home/node
  chown 999:1000 data
  chown 1000:1000 home/node
  chown 70:70 var/lib/postgresql
  chmod 1777 var/lib/postgresql
  # Before Debian's wrappers in /usr/bin, which are in Perl.
  for program in usr/lib/postgresql/18/bin/*; do ln -s "/$program" usr/local/bin; done
  # What says on which machine, from where and when this was made: images are handed round.
  rm -rf var/log/* var/cache/* var/tmp/* tmp/* etc/apt var/lib/apt var/lib/dpkg/*-old etc/*-
  # A key that Debian makes at each installation, and whose certificate has the machine's name.
  rm -f etc/ssl/private/* etc/ssl/certs/ssl-cert-snakeoil.pem
  find etc/ssl/certs -xtype l -delete
  for file in etc/hostname etc/hosts etc/resolv.conf etc/machine-id; do
    rm -f "$file"
    touch "$file"
  done
  # No container's user becomes another one.
  find . -xdev -perm /6000 -exec chmod a-s {} +
  mkdir -p var/cache/nginx var/log/nginx
  ln -s /dev/stdout var/log/nginx/access.log
  ln -s /dev/stderr var/log/nginx/error.log
}

# Runs as dress does. Names what an image must not have, and fails when it has found something.
refuse_traces() {
  traces=$(
    {
      find etc/hostname etc/hosts etc/resolv.conf etc/machine-id -size +0
      find etc/apt etc/ssl/private var/lib/apt var/cache var/log -type f
      find var/lib/dpkg -name '*-old'
      find . -xdev -perm /6000
    } 2>/dev/null || true
  )
  [ -n "$traces" ] || return 0
  printf 'error: these may not be in an image:\n%s\n' "$traces" >&2
  return 3
}

# The working directory is that of the official Redis image: Redis writes its files there unless told otherwise.
import_images() {
  local image before
  before=$(docker image inspect --format '{{.Id}}' "${DEBIAN_IMAGES[0]}" 2>/dev/null || true)
  as_root tar -C "$work/root" -c . |
    docker import \
      --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
      --change 'WORKDIR /data' \
      --change "LABEL dev.session-lab.image=debian dev.session-lab.recipe=$IMAGE_RECIPE" \
      - "${DEBIAN_IMAGES[0]}" >"$work/log" 2>&1 || fail_with_log "$work/log" "docker import failed" "See above, then run this again."
  for image in "${DEBIAN_IMAGES[@]:1}"; do docker tag "${DEBIAN_IMAGES[0]}" "$image"; done
  # Nameless from now on. The engine keeps it while a container uses it.
  [[ -z $before ]] || docker image rm "$before" >/dev/null 2>&1 || true
}

main "$@"
