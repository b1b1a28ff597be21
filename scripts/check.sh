#!/usr/bin/env bash
# Everything that can be checked without starting the lab: format, lint, types, dead code, shell scripts, nginx policies, the
# compose file, unit tests.
#
#   npm run check
#   scripts/check.sh --without-tests   all but the unit tests, for where `npm test` follows
#
# Needs a Docker engine and the nginx image (./scripts/setup.sh) for `nginx -t`.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

main() {
  case "${1:-}" in
    '' | --without-tests) ;;
    -h | --help) print_help_of "${BASH_SOURCE[0]}" && exit ;;
    *) fail_usage "unknown option '$1'; allowed: --without-tests, --help" ;;
  esac
  step "format and lint" npx biome check --error-on-warnings .
  step "types" npx tsc --noEmit -p tsconfig.json
  step "types in the browser" npx tsc --noEmit -p tsconfig.page.json
  step "dead code" npx knip
  step "shell scripts" ./scripts/shellcheck.sh
  step "compose file, all profiles" docker compose --profile "*" -f compose/compose.yaml config --quiet
  local policy
  for policy in nginx/policies/*.conf; do
    step "nginx -t, ${policy##*/} alone" nginx_accepts "$policy"
  done
  step "nginx -t, all policies" nginx_accepts nginx/policies/*.conf
  [[ ${1:-} == --without-tests ]] || step "unit tests" npm run --silent test:unit
}

# step NAME COMMAND...: quiet when all is well.
step() {
  say "check: $1"
  "${@:2}" || fail "the check \"$1\" failed" "The lines above say what is wrong."
}

# nginx_accepts POLICY...: nginx reads its configuration with these policies and no others.
nginx_accepts() {
  local folder image
  image=$(nginx_image)
  folder=$(mktemp -d)
  cp "$@" "$folder"
  chmod -R a+rX "$folder"
  local hosts=() name
  for name in gateway app1 app2 app3 app4 app5 app6 balancer; do hosts+=(--add-host "$name:192.0.2.1"); done
  local verdict=0
  docker run --rm --read-only --tmpfs /tmp --user 10001 "${hosts[@]}" \
    --volume "$PWD/nginx:/etc/nginx:ro" --volume "$folder:/etc/nginx/policies:ro" \
    --entrypoint nginx "$image" -t -q || verdict=$?
  rm -rf "$folder"
  return "$verdict"
}

nginx_image() {
  local image
  for image in "${LAB_NGINX_IMAGE:-}" "${OFFICIAL_IMAGES[0]}" "${DEBIAN_IMAGES[0]}"; do
    if [[ -n $image ]] && docker image inspect "$image" >/dev/null 2>&1; then
      printf '%s\n' "$image"
      return
    fi
  done
  fail "there is no nginx image on this machine" "Run ./scripts/setup.sh."
}

main "$@"
