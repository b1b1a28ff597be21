#!/usr/bin/env bash
# Makes this machine ready for the lab: npm packages, a Docker engine, Compose, images.
#
#   ./scripts/setup.sh          asks before it installs a system package, or a Compose plugin for this user
#   ./scripts/setup.sh --yes    asks nothing
#   ./scripts/setup.sh --tests  also gets Chromium, which the tests of the pages need (npm run test:all)
#
# Needs Node 20.19 or newer with npm. Running it again is cheap: what is there is left alone.
#
#   LAB_DEBIAN_MIRROR   the Debian mirror to use instead of the one in this machine's apt configuration

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

NODE_AT_LEAST=20.19
COMPOSE_AT_LEAST=2.24
# Beside the Compose plugin that this script puts somewhere. Docker's client takes no notice of files that are not called docker-*.
PLUGIN_RECORD=session-lab.sha256
REPLACED_PLUGIN='before-session-lab.docker-compose'
ENGINE_LOG=/var/log/dockerd.log
ENGINE_DEADLINE_SECONDS=60
REGISTRY_DEADLINE_SECONDS=20

assume_yes=no
for_tests=no
work=
pull=
# What names the engine, and how to get another; both empty where nothing does.
endpoint_source=
endpoint_mend=

main() {
  local option
  for option in "$@"; do
    case "$option" in
      -y | --yes) assume_yes=yes ;;
      --tests) for_tests=yes ;;
      -h | --help) print_help_of "${BASH_SOURCE[0]}" && exit ;;
      *) fail_usage "unknown option '$option'; allowed: --yes, --tests, --help" ;;
    esac
  done
  trap clean_up EXIT
  work=$(mktemp -d)

  ensure_node
  # A package installed from npm comes built, and with its dependencies.
  if [[ -e package-lock.json ]]; then
    ensure_dependencies
    ensure_build
  fi
  ensure_readable
  ensure_engine
  ensure_compose
  ensure_images
  [[ $for_tests == no ]] || ensure_chromium
  say "ready. Next: npx lab scenario server-crash"
}

clean_up() {
  [[ -z $pull ]] || kill "$pull" 2>/dev/null || true
  rm -rf "$work"
}

# ---------------------------------------------------------------------------------------------------- Node and npm

ensure_node() {
  local version advice="Install Node $NODE_AT_LEAST or newer, which brings npm."
  have node || fail "there is no node command" "$advice"
  have npm || fail "there is no npm command" "$advice"
  version=$(node -p process.versions.node)
  at_least "$NODE_AT_LEAST" "$version" || fail "Node is $version, and $NODE_AT_LEAST or newer is needed" "$advice"
  say "node: already there ($version)"
}

# The lock file of the last install is kept in node_modules, and so goes when they go.
ensure_dependencies() {
  local installed=node_modules/.installed-package-lock.json
  if cmp -s package-lock.json "$installed"; then
    say "dependencies: already there"
    return
  fi
  say "dependencies: npm ci"
  npm ci --no-fund --no-audit --no-update-notifier --loglevel=error >&2 </dev/null || fail "npm ci failed" "See above, then run this again."
  cp package-lock.json "$installed"
}

ensure_build() {
  local stamp=node_modules/.built
  if [[ -d dist && -e $stamp && -z $(first_source_newer_than "$stamp") ]]; then
    say "build: already there"
    return
  fi
  say "build: npm run build"
  # Dated before the build: what is edited meanwhile counts as newer.
  touch "$stamp.next"
  npm run --silent build >&2 </dev/null || fail "npm run build failed" "See above, then run this again."
  mv "$stamp.next" "$stamp"
}

# compose/.env is no source: this script writes it, after the build.
first_source_newer_than() {
  find cli services nginx compose scripts/build.ts package.json tsconfig*.json -type f ! -name .env -newer "$1" -print -quit 2>/dev/null || true
}

# Containers read these files as users of their own, and after a clone or an installation with `umask 077` nobody but the owner may.
ensure_readable() {
  local part hidden mounted=()
  for part in nginx compose dist/app; do [[ ! -e $part ]] || mounted+=("$part"); done
  ((${#mounted[@]} > 0)) || return 0
  # compose/.env is read by Compose alone.
  hidden=$(find "${mounted[@]}" \( -type d ! -perm -005 -o -type f ! -perm -004 ! -name .env \) -print -quit)
  [[ -n $hidden ]] || return 0
  say "files: $hidden is for its owner only, and containers have to read it: chmod -R go+rX ${mounted[*]}"
  chmod -R go+rX "${mounted[@]}" || fail "these files are not yours to change" "Have their owner run: chmod -R go+rX ${mounted[*]/#/$PWD/}"
}

# ---------------------------------------------------------------------------------------------------- the engine

ensure_engine() {
  local answer
  # Where it is named, before anything is installed for nothing.
  [[ -z ${DOCKER_HOST:-} ]] || choose_endpoint
  have docker || install_engine
  [[ -n ${DOCKER_HOST:-} ]] || choose_endpoint
  if answer=$(engine_version); then
    say "engine: already there (Docker $answer at $DOCKER_HOST)"
    return
  fi
  refuse_if_not_ours "$answer"
  have dockerd || install_engine
  # On some systems installing the package starts it.
  engine_version >/dev/null || start_engine
  say "engine: running (Docker $(engine_version))"
}

# Finds the engine as Docker's client and the lab do (cli/docker/endpoint.ts), and refuses what they refuse. From here on every docker
# command goes there, those of other scripts included.
choose_endpoint() {
  local found context='' address=${DOCKER_HOST:-} default=unix:///var/run/docker.sock shown
  if [[ -n $address ]]; then
    endpoint_source=DOCKER_HOST endpoint_mend="Unset DOCKER_HOST"
  else
    found=$(docker context inspect --format '{{.Name}} {{.Endpoints.docker.Host}}' 2>"$work/log") ||
      fail "Docker's client does not say which engine it uses: $(tail -n 1 "$work/log")" "See: docker context ls. Choose this machine's: docker context use default"
    read -r context address <<<"$found"
    if [[ $context != default && -n ${DOCKER_CONTEXT:-} ]]; then
      endpoint_source="context \"$context\" (DOCKER_CONTEXT)" endpoint_mend="Unset DOCKER_CONTEXT"
    elif [[ $context != default ]]; then
      endpoint_source="context \"$context\" (docker context use)" endpoint_mend="Say \`docker context use default\`"
    elif [[ -n ${DOCKER_TLS_VERIFY:-}${DOCKER_TLS:-} ]]; then
      endpoint_source=DOCKER_TLS_VERIFY endpoint_mend="Unset DOCKER_TLS_VERIFY and DOCKER_TLS"
    fi
  fi
  : "${address:=$default}"
  if [[ $address != unix:///?* && $address != npipe:////?* ]]; then
    shown=$(sed -E 's#^([A-Za-z0-9_]+://)?.*@#\1***@#' <<<"$address")
    fail "The Docker engine at $shown is refused: it is no socket of this machine. From: $endpoint_source." \
      "The lab mounts files of this machine and publishes ports on its 127.0.0.1. $endpoint_mend, or name a socket here: DOCKER_HOST=$default."
  fi
  export DOCKER_HOST=$address
  unset DOCKER_CONTEXT DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH
}

# An engine that runs for others, elsewhere or by other means is theirs to mend.
refuse_if_not_ours() {
  local answer=$1
  if [[ $answer == *"permission denied"* ]]; then
    fail "$(id -un) may not use the Docker socket" "Join its group, then log in again: sudo usermod -aG docker $(id -un)"
  fi
  [[ -z $endpoint_source ]] ||
    fail "the Docker engine at $DOCKER_HOST ($endpoint_source) does not answer: $answer" "Start it. $endpoint_mend to get this machine's own."
  [[ $(uname -s) == Linux ]] || fail "no Docker engine answers: $answer" "Start Docker Desktop, then run this again."
}

install_engine() {
  if [[ $(uname -s) != Linux ]] || ! have apt-get; then
    fail "there is no Docker engine" "Install Docker Engine or Docker Desktop, then run this again."
  fi
  # No recommended packages, but what every engine needs: iptables for its networks, certificates for pulls.
  install_packages docker.io iptables ca-certificates
  # Since Debian 13 the client is a package of its own.
  have docker || install_packages docker-cli
}

start_engine() {
  require_root "starting the Docker engine"
  if [[ -d /run/systemd/system ]]; then
    say "engine: systemctl start docker"
    as_root systemctl start docker || fail "systemd could not start docker" "See why: journalctl -u docker -n 20"
    wait_for_engine 1
    return
  fi
  say "engine: starting dockerd; its log is $ENGINE_LOG"
  wait_for_engine "$(as_root bash -c "$(declare -f launch_dockerd living_pid lives); launch_dockerd '$ENGINE_LOG'")"
}

# Runs by itself, as root. Prints the pid of dockerd: a new one, or that of another start, which came first.
launch_dockerd() {
  local log=$1 lock
  exec {lock}>/var/run/session-lab-setup.lock
  flock "$lock"
  living_pid /var/run/docker.pid dockerd && return
  # A killed engine leaves its pid files. Once such a number belongs to some other process, dockerd would refuse to start.
  rm -f /var/run/docker.pid
  living_pid /var/run/docker/containerd/containerd.pid containerd >/dev/null || rm -f /var/run/docker/containerd/containerd.pid
  # A session of its own: it outlives this script and its terminal. Whatever else is open here (the lock, a lock or a pipe of
  # whoever called) is not for it to keep: the caller would wait for it for ever.
  (
    for fd in /proc/self/fd/*; do
      fd=${fd##*/}
      if ((fd > 2)); then exec {fd}>&-; fi
    done
    exec setsid dockerd >>"$log" 2>&1 </dev/null
  ) &
  echo $!
  # The next in line is to find the new pid file.
  while lives $! && ! living_pid /var/run/docker.pid dockerd >/dev/null; do sleep 0.1; done
}

# living_pid FILE NAME: prints the number in FILE when it is a living process of that name.
living_pid() {
  local pid
  pid=$(cat "$1" 2>/dev/null) && lives "$pid" && [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$2" ]] && echo "$pid"
}

# Where nothing collects dead processes (in many containers), they stay listed as zombies.
lives() { grep -Eq '^State:[[:space:]]+[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null; }

# Gives up early when the process has ended.
wait_for_engine() {
  local pid=$1 deadline=$((SECONDS + ENGINE_DEADLINE_SECONDS)) answer
  until answer=$(engine_version); do
    [[ $answer != *"permission denied"* ]] || refuse_if_not_ours "$answer"
    lives "$pid" ||
      fail_with_log "$(readable_engine_log)" "dockerd ended at once" "Mend what its log says ($ENGINE_LOG), then run this again."
    ((SECONDS < deadline)) ||
      fail_with_log "$(readable_engine_log)" "waited $ENGINE_DEADLINE_SECONDS s for the Docker engine; it last said: $answer" \
        "Mend what its log says ($ENGINE_LOG), then run this again."
    sleep 0.2
  done
}

readable_engine_log() {
  as_root tail -n 50 "$ENGINE_LOG" >"$work/engine.log" 2>/dev/null || true
  echo "$work/engine.log"
}

# ---------------------------------------------------------------------------------------------------- Compose

ensure_compose() {
  local version
  version=$(compose_version)
  if at_least "$COMPOSE_AT_LEAST" "$version"; then
    say "compose: already there ($version)$(how_to_undo_compose)"
    return
  fi
  if [[ -n $(debian_mirror) ]]; then
    place_compose_plugin "$version"
  elif have apt-get; then
    install_packages docker-compose-v2 # Ubuntu
  fi
  version=$(compose_version)
  at_least "$COMPOSE_AT_LEAST" "$version" ||
    fail "docker compose is ${version:-missing}, and $COMPOSE_AT_LEAST or newer is needed" "Install the Compose plugin of Docker, then run this again."
  say "compose: ready ($version)"
}

compose_version() { docker compose version --short 2>/dev/null | sed 's/^v//' || true; }

# Debian 12 has no Compose 2. The plugin of a newer release is one file, which runs there too. It goes where Docker's client looks
# first, and so is the Compose of all projects of this user, not of the lab alone: whoever has another one is told.
place_compose_plugin() {
  local present=$1 folder=$work/compose plugins before what
  local advice="Install Docker's Compose plugin $COMPOSE_AT_LEAST or newer yourself, then run this again."
  plugins=$(plugins_folder)
  before=$plugins/$REPLACED_PLUGIN
  what="put the Compose plugin of Debian $NEWER_SUITE into $plugins, for all projects of $(id -un)"
  [[ -z $present ]] || what+=", before the Compose $present that they use now"
  ask "$what" "$advice"
  fetch_packages "$NEWER_SUITE" "$folder" "$work/log" docker-compose ||
    fail_with_log "$work/log" "could not fetch docker-compose of Debian $NEWER_SUITE from $(shown "$(debian_mirror)")" \
      "Set LAB_DEBIAN_MIRROR to a mirror that has it."
  mkdir -p "$plugins"
  [[ ! -e $plugins/docker-compose || -n $(how_to_undo_compose) ]] || mv "$plugins/docker-compose" "$before"
  install -m 755 "$folder/usr/libexec/docker/cli-plugins/docker-compose" "$plugins/docker-compose"
  (cd "$plugins" && sha256sum docker-compose >"$PLUGIN_RECORD")
  # Root by way of sudo may have the user's HOME.
  ((EUID != 0)) || chown --reference="$HOME" "${plugins%/*}" "$plugins" "$plugins/docker-compose" "$plugins/$PLUGIN_RECORD"
  say "compose: $what: done. Nobody updates it there$(how_to_undo_compose)"
}

plugins_folder() { printf '%s\n' "${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins"; }

# Prints it where the user's plugin is the one that this script put there, and nothing otherwise.
how_to_undo_compose() {
  local plugins
  plugins=$(plugins_folder)
  (cd "$plugins" && sha256sum --check --status "$PLUGIN_RECORD") 2>/dev/null || return 0
  if [[ -e $plugins/$REPLACED_PLUGIN ]]; then
    printf '; to go back: mv %q %q' "$plugins/$REPLACED_PLUGIN" "$plugins/docker-compose"
  else
    printf '; to go back: rm %q' "$plugins/docker-compose"
  fi
}

# ---------------------------------------------------------------------------------------------------- images

ensure_images() {
  if images_present "${OFFICIAL_IMAGES[@]}"; then
    say "images: already there (${OFFICIAL_IMAGES[*]})"
    name_images official
  elif images_present "${DEBIAN_IMAGES[@]}" && { images_are_of_this_recipe || ! can_build_images; }; then
    say "images: already there (${DEBIAN_IMAGES[*]})"
    images_are_of_this_recipe || say "images: $OLD_RECIPE; get others: npx lab images pull, or npx lab images load FILE"
    name_images debian
  elif registry_answers; then
    pull_images
    name_images official
  else
    have wget || ! have apt-get || install_packages wget # for debootstrap
    if [[ $assume_yes == yes ]]; then scripts/build-images.sh --yes; else scripts/build-images.sh; fi
    name_images debian
  fi
}

can_build_images() { have apt-get && [[ -n $(debian_mirror) ]]; }

# The distribution's own browser: the tests drive it, users do not need it.
ensure_chromium() {
  local browser=${LAB_CHROMIUM:-chromium}
  have "$browser" || [[ -n ${LAB_CHROMIUM:-} ]] || ! have apt-get || install_packages chromium
  have "$browser" || fail "there is no $browser" "Install Chromium, or set LAB_CHROMIUM to the path of one."
  say "chromium: ready ($(command -v "$browser"))"
}

# Pulls the first image; yes when it arrives. Only the time to the first answer is limited, not the time of the pull.
registry_answers() {
  local image=${OFFICIAL_IMAGES[0]} log=$work/pull deadline=$((SECONDS + REGISTRY_DEADLINE_SECONDS))
  say "images: docker pull $image"
  docker pull "$image" >"$log" 2>&1 </dev/null &
  pull=$!
  until grep -q 'Pulling from' "$log" || ! kill -0 "$pull" 2>/dev/null; do
    if ((SECONDS >= deadline)); then
      kill "$pull"
      echo "no answer within $REGISTRY_DEADLINE_SECONDS s" >>"$log"
    fi
    sleep 0.1
  done
  if wait "$pull" 2>/dev/null; then
    pull=
  else
    pull=
    say "images: the registry gives none: $(tail -n 1 "$log")"
    return 1
  fi
}

pull_images() {
  local image
  for image in "${OFFICIAL_IMAGES[@]:1}"; do
    say "images: docker pull $image"
    docker pull --quiet "$image" >&2 || fail "could not pull $image" "Run this again, or: npx lab images load FILE"
  done
}

# Compose reads compose/.env by itself, so that a bare `docker compose -f compose/compose.yaml up` finds the images too.
# Only lines with our own names are taken out; one that names another image was written by somebody for a reason.
name_images() {
  local family=$1 file=compose/.env before='' after i
  local variables=(LAB_NGINX_IMAGE LAB_NODE_IMAGE LAB_REDIS_IMAGE LAB_POSTGRES_IMAGE)
  [[ ! -e $file ]] || before=$(cat "$file")
  after=$(grep -Ev '^LAB_(NGINX|NODE|REDIS|POSTGRES)_IMAGE=session-lab/' <<<"$before" || true)
  if [[ $family == debian ]]; then
    for i in "${!variables[@]}"; do
      grep -q "^${variables[i]}=" <<<"$after" || after+=${after:+$'\n'}${variables[i]}=${DEBIAN_IMAGES[i]}
    done
  fi
  [[ $after != "$before" ]] || return 0
  if [[ -n $after ]]; then
    printf '%s\n' "$after" >"$file"
    say "images: wrote $file, where Compose finds which to use"
  else
    rm "$file"
    say "images: removed $file; the compose file's own choice holds"
  fi
}

# ---------------------------------------------------------------------------------------------------- helpers

# at_least WANTED VERSION: compares the first two numbers. An empty version is not enough.
at_least() {
  [[ $2 =~ ^([0-9]+)\.([0-9]+) ]] || return 1
  local major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
  ((major > ${1%%.*} || (major == ${1%%.*} && minor >= ${1#*.})))
}

install_packages() {
  ask "install the system package(s) $*" "Install it yourself, then run this again."
  require_root "installing system packages"
  say "apt: installing $*"
  if ! {
    as_root apt-get -q "${SIGNED_ONLY[@]}" update &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "${SIGNED_ONLY[@]}" install -y --no-install-recommends "$@"
  } >"$work/log" 2>&1 </dev/null; then
    fail_with_log "$work/log" "apt-get could not install $*" "Install them yourself, then run this again."
  fi
  hash -r
}

main "$@"
