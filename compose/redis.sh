#!/bin/sh
# Starts a Redis server with the lab's password: redis.sh REDIS_OPTION...
#
# The lab's network is open to the machine that it is on, so Redis answers nobody who does not know the password. It is in the
# environment (REDIS_PASSWORD) and goes to Redis as two lines of configuration on standard input: every process of this machine
# may read the words of a command line. redis-cli, in these containers, takes it from REDISCLI_AUTH.
# https://redis.io/docs/latest/operate/oss_and_stack/management/security/
set -eu

# masterauth: what a replica says to its master. `exec`: Redis is process 1, and gets the signals.
exec redis-server - "$@" <<END
requirepass ${REDIS_PASSWORD:?is not set: give Redis and all app servers the same long random text}
masterauth $REDIS_PASSWORD
END
