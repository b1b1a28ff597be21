#!/usr/bin/env bash
# What the lab costs, beside what it cannot avoid: ratios, measured in one go on this machine.
#
#   scripts/bench.sh [ROUNDS]      default 5 rounds; prints medians and the spread
#
# Needs a running Docker engine and the images (./scripts/setup.sh).

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

npm run --silent build
exec npx tsx scripts/bench.ts "${1:-5}"
