#!/usr/bin/env bash
# What the lab costs, beside what it cannot avoid: ratios, measured in one go on this machine.
#
#   scripts/bench.sh [ROUNDS [FILE [MEASUREMENT...]]]
#
# Prints medians and the spread over ROUNDS (default 5) and writes them to FILE as JSON (default bench.json). Measurements: help,
# start, server-crash, users, judge, growth; all of them by default, which takes about a quarter of an hour.
#
# Needs a running Docker engine and the images (./scripts/setup.sh), and wrk for `users`.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

case "${1:-}" in
  -h | --help) print_help_of "${BASH_SOURCE[0]}" && exit ;;
esac
command -v wrk >/dev/null || fail "there is no wrk on this machine" "Install it, e.g. with: apt-get install wrk"

npm run --silent build
exec npx tsx scripts/bench.ts "$@"
