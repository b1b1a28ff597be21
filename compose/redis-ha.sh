#!/bin/sh
# Starts one of the three servers of the store redis-sentinel: redis-ha.sh SUBNET_PREFIX REDIS_OPTION...
#
# Who is the master changes with every failover. A server that only remembered what it once was would come back as a second
# master. So it asks the Sentinels first, and follows whom most of them name. When none answers, all of the lab is
# starting: then .51 is the master.
set -eu
prefix=$1
shift

# Asks all at once: an address without a container does not refuse, it is silent.
named_by_sentinels() {
  for sentinel in "$prefix.54" "$prefix.55" "$prefix.56"; do
    timeout 1 redis-cli -h "$sentinel" -p 26379 --raw sentinel get-master-addr-by-name sessions 2>/dev/null | grep -x "$prefix\.5[123]" &
  done
  wait
}

master=$(named_by_sentinels | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
master=${master:-$prefix.51}

# A replica gets its first copy at once, instead of waiting 5 s for others that might want it, too.
set -- "$@" --repl-diskless-sync-delay 0
case " $(hostname -i) " in
  *" $master "*) exec sh /lab/redis.sh "$@" ;;
  *) exec sh /lab/redis.sh "$@" --replicaof "$master" 6379 ;;
esac
