#!/bin/bash
# In the PostgreSQL image made from Debian packages: does what the official image's script of this name does with the
# variables that compose/compose.yaml sets, and no more. https://github.com/docker-library/postgres
#
#   POSTGRES_USER, POSTGRES_DB          the superuser and the first database
#   POSTGRES_PASSWORD[_FILE]            asked of whoever comes over the network; inside the container everybody is trusted
#   POSTGRES_INITDB_ARGS                more options for initdb
#   /docker-entrypoint-initdb.d/*.sql   run in that database when it is made

set -euo pipefail
export PGDATA=${PGDATA:-/var/lib/postgresql/18/docker}
user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
password=${POSTGRES_PASSWORD:-$(cat "${POSTGRES_PASSWORD_FILE:-/dev/null}")}

if [[ ! -s $PGDATA/PG_VERSION ]]; then
  [[ -n $password ]] || { echo "set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE" >&2 && exit 1; }
  mkdir -p "$PGDATA"
  # shellcheck disable=SC2086 # the options are several words
  initdb --username="$user" --pwfile=<(echo "$password") --encoding=UTF8 --set=listen_addresses='*' ${POSTGRES_INITDB_ARGS:-}
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  # Without a server, so that nobody can connect before all is there.
  single() { postgres --single -j -c exit_on_error=true "$1" >/dev/null; }
  [[ $database == postgres ]] || echo "CREATE DATABASE \"$database\"" | single postgres
  for file in /docker-entrypoint-initdb.d/*.sql; do
    [[ ! -e $file ]] || single "$database" <"$file"
  done
fi
unset POSTGRES_PASSWORD password
exec "$@"
