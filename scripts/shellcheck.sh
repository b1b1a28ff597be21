#!/usr/bin/env bash
# Runs shellcheck on every shell script of this project.
#
#   scripts/shellcheck.sh
#
# Uses the shellcheck in PATH, or else fetches Debian's or Ubuntu's package into node_modules/.cache; nothing is installed.
# (The npm package of that name downloads the program when it first runs, from a place not every machine reaches.)

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

CACHE=node_modules/.cache/shellcheck

main() {
  case "${1:-}" in
    '') ;;
    -h | --help) print_help_of "${BASH_SOURCE[0]}" && exit ;;
    *) fail_usage "unknown option '$1'; allowed: --help" ;;
  esac
  local shellcheck=shellcheck
  if ! have shellcheck; then
    shellcheck=$CACHE/usr/bin/shellcheck
    [[ -x $shellcheck ]] || fetch_shellcheck
  fi
  "$shellcheck" --external-sources scripts/*.sh compose/*.sh .ci/run
}

# Into a folder beside the cache first: what is in the cache is whole.
fetch_shellcheck() {
  local advice="Install shellcheck, then run this again."
  if ! have apt-get || ! have dpkg-deb; then fail "there is no shellcheck, and no apt to fetch it with" "$advice"; fi
  say "shellcheck: fetching the Debian package into $CACHE"
  mkdir -p "${CACHE%/*}"
  scratch=$(mktemp -d "$PWD/$CACHE.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  fetch_packages own "$scratch/root" "$scratch/log" shellcheck ||
    fail_with_log "$scratch/log" "could not fetch the package shellcheck" "$advice"
  "$scratch/root/usr/bin/shellcheck" --version >"$scratch/log" 2>&1 ||
    fail_with_log "$scratch/log" "the fetched shellcheck does not run here" "$advice"
  rm -rf "$CACHE"
  mv "$scratch/root" "$CACHE"
}

main "$@"
