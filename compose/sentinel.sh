#!/bin/sh
# Starts one of the three Sentinels of the store redis-sentinel: sentinel.sh SUBNET_PREFIX NUMBER
# https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
set -eu
prefix=$1
number=$2

# Its configuration has the password in it, and is nobody else's to read.
umask 077

id_of() {
  printf '%040d' "$1"
}

{
  echo "port 26379"
  # Asked of the app servers and of the other Sentinels; and what this one says to the Redis servers.
  echo "requirepass $REDIS_PASSWORD"
  echo "dir /data"
  echo "sentinel myid $(id_of "$number")"
  # `sessions` is the name of the master, whoever that is; .51 is the first. It takes 2 Sentinels to call it dead.
  echo "sentinel monitor sessions $prefix.51 6379 2"
  echo "sentinel auth-pass sessions $REDIS_PASSWORD"
  # Silent for two seconds is down. Redis's default is 30 seconds: all that time nobody could log in.
  echo "sentinel down-after-milliseconds sessions 2000"
  # How long a failover may take; after one that failed the Sentinels wait twice as long before they try again.
  echo "sentinel failover-timeout sessions 3000"
  # Both replicas follow the new master at the same time.
  echo "sentinel parallel-syncs sessions 2"
  # A Sentinel finds the others by itself, but that takes seconds.
  echo "sentinel known-replica sessions $prefix.52 6379"
  echo "sentinel known-replica sessions $prefix.53 6379"
  for other in 1 2 3; do
    [ "$other" = "$number" ] || echo "sentinel known-sentinel sessions $prefix.$((53 + other)) 26379 $(id_of "$other")"
  done
} >/data/sentinel.conf

exec redis-server /data/sentinel.conf --sentinel
