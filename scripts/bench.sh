#!/usr/bin/env bash
# What the lab costs, beside what it cannot avoid: ratios, measured in one go on this machine.
#
#   scripts/bench.sh [ROUNDS [FILE [MEASUREMENT...]]]
#
# Prints medians and the spread over ROUNDS (default 5) and writes them to FILE as JSON (default bench.json). Measurements: help,
# start, server-crash, users, judge, growth; all of them by default, which takes about half an hour. What FILE has of the others is kept.
#
# Needs a running Docker engine, the images (./scripts/setup.sh) and for `users` wrk. Where there is none, Debian's is taken for as
# long as the bench runs.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

case "${1:-}" in
  -h | --help) print_help_of "${BASH_SOURCE[0]}" && exit ;;
esac

BENCH_HOME=$(mktemp -d)
export BENCH_HOME
trap 'rm -rf "$BENCH_HOME"' EXIT

if ! have wrk && [[ $# -le 2 || " ${*:3} " == *" users "* ]]; then
  [[ -n $(debian_mirror) ]] || fail "there is no wrk on this machine" "Install it: https://github.com/wg/wrk"
  say "there is no wrk on this machine: fetching Debian's"
  tools=$BENCH_HOME/tools
  mkdir "$tools"
  fetch_packages own "$tools" "$tools/log" wrk libluajit-5.1-2 libluajit-5.1-common ||
    fail_with_log "$tools/log" "wrk cannot be fetched"
  export PATH="$tools/usr/bin:$PATH"
  LD_LIBRARY_PATH=$(dirname "$(find "$tools" -name 'libluajit-*.so.*' -print -quit)")
  export LD_LIBRARY_PATH
fi

npm run --silent build
# From here on bench.ts removes the folder, after whatever else it started.
exec node --import tsx scripts/bench.ts "$@"
