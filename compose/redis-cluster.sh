#!/bin/sh
# Starts one of the three servers of the store redis-cluster: redis-cluster.sh SUBNET_PREFIX NUMBER REDIS_OPTION...
#
# A cluster is usually made once, by `redis-cli --cluster create`, and every server then keeps in nodes.conf who the others are
# and which of the 16,384 slots are whose. Here that file is written anew at every start, with fixed ids: there is nothing to
# create, and a server that was killed comes back as the one it was.
# https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
set -eu
prefix=$1
number=$2
shift 2

for server in 1 2 3; do
  case $server in
    1) slots=0-5460 ;;
    2) slots=5461-10922 ;;
    3) slots=10923-16383 ;;
  esac
  if [ "$server" = "$number" ]; then flags=myself,master; else flags=master; fi
  # id, address and bus port, flags, replica of, ping sent, pong received, configuration epoch, link, slots
  printf '%040d %s:6379@16379 %s - 0 0 %d connected %s\n' "$server" "$prefix.$((60 + server))" "$flags" "$server" "$slots"
done >/data/nodes.conf
echo "vars currentEpoch 3 lastVoteEpoch 0" >>/data/nodes.conf

# Silent for one second is down. Redis's default is 15 seconds.
exec sh /lab/redis.sh "$@" --cluster-enabled yes --cluster-config-file nodes.conf --cluster-node-timeout 1000
