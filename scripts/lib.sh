# shellcheck shell=bash
# shellcheck disable=SC2034 # the constants are read by the scripts that source this file
# Words shared by the scripts of this folder. Sourced, never run.

# The lab's images by family: the official ones, and the one made here from Debian packages, under as many names.
OFFICIAL_IMAGES=(nginx:1.30-alpine node:24-alpine redis:8-alpine postgres:18-alpine)
DEBIAN_IMAGES=(session-lab/nginx:debian session-lab/node:debian session-lab/redis:debian session-lab/postgres:debian)

# The Debian release whose packages are new enough: nginx >= 1.29.6 (for `sticky`), Compose >= 2.24, Node 24, Redis 8, PostgreSQL 18.
NEWER_SUITE=forky

# Written into the images that build-images.sh makes. Whoever changes what is in them counts on, and setup makes them anew.
IMAGE_RECIPE=2
OLD_RECIPE="they were made by an earlier version of the lab, and tell of the machine that made them (its name, name servers and mirror)"

DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# As the lab command: 3 when the machine lacks something, 64 when the command line is wrong.
EXIT_ENVIRONMENT=3
EXIT_USAGE=64

# ---------------------------------------------------------------------------------------------------- talking

say() { printf '%s\n' "$*" >&2; }

# fail WHAT [WHAT TO DO]: says it and ends the script.
fail() {
  say "error: $1"
  [[ -z ${2:-} ]] || say "       $2"
  exit "$EXIT_ENVIRONMENT"
}

fail_usage() {
  say "error: $1"
  exit "$EXIT_USAGE"
}

# fail_with_log LOG WHAT [WHAT TO DO]
fail_with_log() {
  say "the last lines of what it said:"
  tail -n 12 "$1" | without_passwords | cut -c 1-300 | sed 's/^/  | /' >&2
  fail "${@:2}"
}

# ask WHAT: goes on only where assume_yes=yes, as --yes sets it, or when the user says so.
ask() {
  [[ ${assume_yes:-no} == no ]] || return 0
  [[ -t 0 ]] || fail "this would $1, and there is no terminal to ask on" "Run this again with --yes if it may."
  local answer=
  read -r -p "May I $1? [y/N] " answer || true
  [[ $answer == [yY]* ]] || fail "not allowed to $1" "${2:-Do it yourself, then run this again.}"
}

# A script's help is the comment at its head.
print_help_of() { awk 'NR == 1 { next } /^#/ { sub(/^# ?/, ""); print; next } { exit }' "$1"; }

# ---------------------------------------------------------------------------------------------------- this machine

have() { command -v "$1" >/dev/null 2>&1; }

# limited SECONDS COMMAND...: macOS has no timeout; there the command runs unlimited.
limited() {
  if have timeout; then timeout "$@"; else "${@:2}"; fi
}

# sudo may ask for its password where there is a terminal, and nowhere else.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif [[ -t 0 ]]; then
    sudo -- "$@"
  else
    sudo -n -- "$@"
  fi
}

# require_root WHY: ends the script unless as_root is going to work.
require_root() {
  ((EUID != 0)) || return 0
  have sudo || fail "$1 needs root; you are $(id -un), and there is no sudo" "Run this again as root."
  say "using sudo: $1 needs root"
  as_root true || fail "$1 needs root, and sudo refuses it to $(id -un)" "Run this again as root."
}

# ---------------------------------------------------------------------------------------------------- Docker

# Prints the engine's version, or why nothing answers, in one line; the exit code tells which.
engine_version() { limited 15 docker version --format '{{.Server.Version}}' 2>&1 | awk 'NF { last = $0 } END { print last }'; }

images_present() { docker image inspect "$@" >/dev/null 2>&1; }

# True when every Debian image was made as build-images.sh makes them now.
images_are_of_this_recipe() {
  local recipes
  recipes=$(docker image inspect --format '{{index .Config.Labels "dev.session-lab.recipe"}}' "${DEBIAN_IMAGES[@]}" 2>/dev/null) || return
  [[ $(sort -u <<<"$recipes") == "$IMAGE_RECIPE" ]]
}

# ---------------------------------------------------------------------------------------------------- Debian packages

# The mirror that this machine's apt uses for Debian. Prints nothing where there is none (Ubuntu, Alpine, macOS).
debian_mirror() {
  if [[ -n ${LAB_DEBIAN_MIRROR:-} ]]; then
    printf '%s\n' "$LAB_DEBIAN_MIRROR"
    return
  fi
  have apt-get && [[ -r /etc/os-release ]] || return 0
  local ID='' VERSION_CODENAME=''
  # shellcheck source=/dev/null
  . /etc/os-release
  [[ $ID == debian ]] || return 0
  # Origin and Label stand in the signed Release files; they leave out security updates and foreign repositories.
  # Before the first `apt-get update` there are none, and the release's name has to do.
  # shellcheck disable=SC2016 # apt fills in $(REPO_URI)
  {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian'
    apt-get indextargets --no-release-info --format '$(REPO_URI)' 'Created-By: Packages' "Release: $VERSION_CODENAME"
  } | awk 'NR == 1'
}

# What apt gets as root is run as root: what is not signed, or weakly, is refused whatever this machine's apt.conf allows.
SIGNED_ONLY=(
  -o APT::Get::AllowUnauthenticated=false -o Acquire::AllowInsecureRepositories=false
  -o Acquire::AllowWeakRepositories=false -o Acquire::AllowDowngradeToInsecureRepositories=false
)

# An address as it may be shown: without a password.
shown() { printf '%s\n' "$1" | without_passwords; }

without_passwords() { sed -E 's#//[^@/[:space:]]*@#//***@#g'; }

# fetch_packages SUITE FOLDER LOG PACKAGE...: unpacks packages into FOLDER, from another Debian release or from this machine's
# (`own`). Nothing of the machine's apt is changed, and no root is needed. What apt said is in LOG; the Release file that it accepted is
# FOLDER/.release.
# Signatures are verified: the machine's Debian keyring accepts the newer release.
# Somebody in between may keep back a mirror's updates, but no longer than its lists say that they are good for (`Valid-Until`).
# Machines that install from a frozen mirror meet such old lists every day, so they may be taken by whoever says so. This machine's
# own release is as old as its own apt allows.
fetch_packages() {
  local suite=$1 folder=$2 log=$3 advice="Install the package debian-archive-keyring." why
  shift 3
  if [[ $suite == own ]]; then
    unpack_packages own "$folder" "$@" >"$log" 2>&1
    return
  fi
  [[ -r $DEBIAN_KEYRING ]] || fail "there is no $DEBIAN_KEYRING to verify packages with" "$advice"
  unpack_packages "$suite" "$folder" -o Acquire::Check-Date=true -o Acquire::Check-Valid-Until=true "$@" >"$log" 2>&1 && return
  why=$(grep -oE '(is expired|is not valid yet) \([^)]*\)' "$log" | head -n 1) || return
  say "apt: the Release file of Debian $suite at $(shown "$(debian_mirror)") $why"
  ask "take signed packages from a mirror that may keep back newer ones"
  unpack_packages "$suite" "$folder" -o Acquire::Check-Date=false -o Acquire::Check-Valid-Until=false "$@" >"$log" 2>&1
}

# unpack_packages SUITE FOLDER [-o SETTING]... PACKAGE...
# apt keeps its lists and cache in a folder of its own for the moment. Run as root, it reads what comes from the network as its own
# user, who must be able to enter that folder.
unpack_packages() (
  suite=$1 folder=$2 apt=
  shift 2
  trap 'rm -rf "$apt"' EXIT
  apt=$(mktemp -d "${TMPDIR:-/tmp}/session-lab-apt.XXXXXX") || exit
  mkdir -p "$folder" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
  # What it says is read above.
  export LC_ALL=C
  apt_get=(apt-get -q "${SIGNED_ONLY[@]}" -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o Acquire::Languages=none)
  while [[ $1 == -o ]]; do
    apt_get+=("$1" "$2")
    shift 2
  done
  if [[ $suite != own ]]; then
    printf 'deb [signed-by=%s] %s %s main\n' "$DEBIAN_KEYRING" "$(debian_mirror)" "$suite" >"$apt/sources.list"
    apt_get+=(
      -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    )
  fi
  if ((EUID == 0)) && id _apt >/dev/null 2>&1; then chown -R _apt "$apt"; fi
  "${apt_get[@]}" update || exit
  (cd "$apt/debs" && "${apt_get[@]}" download "$@") || exit
  for deb in "$apt/debs"/*.deb; do dpkg-deb -x "$deb" "$folder" || exit; done
  [[ $suite == own ]] || cp "$apt"/lists/*Release "$folder/.release"
)
