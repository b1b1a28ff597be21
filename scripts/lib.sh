# shellcheck shell=bash
# shellcheck disable=SC2034 # the constants are read by the scripts that source this file
# Words shared by the scripts of this folder. Sourced, never run.

# The lab's images by family: the official ones, and the one made here from Debian packages, under as many names.
OFFICIAL_IMAGES=(nginx:1.30-alpine node:24-alpine redis:8-alpine postgres:18-alpine)
DEBIAN_IMAGES=(session-lab/nginx:debian session-lab/node:debian session-lab/redis:debian session-lab/postgres:debian)

# The Debian release whose packages are new enough: nginx >= 1.29.6 (for `sticky`), Compose >= 2.24, Node 24, Redis 8, PostgreSQL 18.
NEWER_SUITE=forky

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
  tail -n 12 "$1" | cut -c 1-300 | sed 's/^/  | /' >&2
  fail "${@:2}"
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

# fetch_packages SUITE FOLDER PACKAGE...: unpacks packages into FOLDER, from another Debian release or from this machine's (`own`).
# apt keeps its lists and cache in FOLDER too, so the machine's are not changed and no root is needed.
# Signatures and checksums are verified as ever: the machine's Debian keyring accepts the newer release.
fetch_packages() {
  local suite=$1 folder=$2 apt=$2/.apt deb
  shift 2
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
  local apt_get=(
    apt-get -q
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o Acquire::Languages=none
    # Machines that install from a frozen mirror meet expired Release files; the signature still holds.
    -o Acquire::Check-Valid-Until=false
    # As root, apt would change to a user of its own, who may not enter FOLDER.
    -o APT::Sandbox::User=root
  )
  if [[ $suite != own ]]; then
    printf 'deb [signed-by=%s] %s %s main\n' "$DEBIAN_KEYRING" "$(debian_mirror)" "$suite" >"$apt/sources.list"
    apt_get+=(
      -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    )
  fi
  "${apt_get[@]}" update || return
  (cd "$apt/debs" && "${apt_get[@]}" download "$@") || return
  for deb in "$apt/debs"/*.deb; do dpkg-deb -x "$deb" "$folder" || return; done
  rm -rf "$apt"
}
