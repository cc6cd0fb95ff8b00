#!/bin/sh
# Restarts servers of bun-asr behind a proxy, one after the other, so that no client sees an error.
#   deploy/rolling-restart.sh 8766 8767 8768              units of systemd for each port
#   RESTART='sh my-restart' deploy/rolling-restart.sh …   another way: it gets the port
# A server that is told to end says so in /health for its --drain-delay, during which the proxy
# turns to the others; then it finishes what runs. The next one is restarted when it is ready again.
# HOST is where they are (127.0.0.1), WAIT how many seconds one may take to be ready (600: weights
# of gigabytes are read), SEEN how long the proxy may take to see it (3).
set -eu

restart=${RESTART:-}
host=${HOST:-127.0.0.1}
wait=${WAIT:-600}
seen=${SEEN:-3}

fail() {
  echo "error: $1" >&2
  exit 1
}

ready() {
  curl -fsS -m 5 -o /dev/null "http://$host:$1/health" 2>/dev/null
}

[ $# -gt 0 ] || fail "name the ports of the servers, as in $0 8766 8767 8768"
command -v curl >/dev/null 2>&1 || fail "curl was not found, and it asks the servers for their health"
for port; do
  case $port in '' | *[!0-9]*) fail "$port is no port" ;; esac
done

for port; do
  # The others have to do the work meanwhile: one that is down already would leave too few.
  for other; do
    ready "$other" || fail "the server at port $other is not ready; nothing more was restarted"
  done
  echo "restarting $port" >&2
  if [ -n "$restart" ]; then
    # Words of a command, which the shell is to take apart.
    # shellcheck disable=SC2086
    $restart "$port" || fail "the server at port $port could not be restarted"
  else
    systemctl --user restart "bun-asr@$port" || fail "bun-asr@$port could not be restarted"
  fi
  left=$wait
  until ready "$port"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || fail "the server at port $port is not ready after $wait s"
    sleep 1
  done
  sleep "$seen"
done
echo "all are restarted" >&2
