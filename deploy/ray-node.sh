#!/bin/sh
# Makes this machine a node of a Ray cluster that transcribes archives: docs/scale.md.
#   deploy/ray-node.sh head                 the first one
#   deploy/ray-node.sh worker HOST:6379     the others
# $BUN_ASR is the command of bun-asr (bun-asr), $RAY that of Ray (ray), $SLOTS the shards at once (1).
# Ray runs what it is told by whoever reaches its ports: private networks alone, and
# RAY_AUTH_MODE=token on every machine.
set -eu

bun_asr=${BUN_ASR:-bun-asr}
ray=${RAY:-ray}
slots=${SLOTS:-1}

usage() {
  echo "usage: $0 head | worker HOST:PORT" >&2
  exit 2
}

case ${1:-} in
  head) [ $# -eq 1 ] || usage ;;
  worker) [ $# -eq 2 ] || usage ;;
  *) usage ;;
esac

if ! command -v "$ray" >/dev/null 2>&1; then
  echo "error: $ray was not found; python3 -m venv ray, then" >&2
  echo "ray/bin/python -m pip install --require-hashes -r scale/requirements.txt" >&2
  exit 4
fi
# A machine on which nothing works would fail shard after shard.
# shellcheck disable=SC2086
if ! $bun_asr doctor >&2; then
  echo "error: bun-asr does not work here; see above" >&2
  exit 4
fi

# A Mac joins a cluster only where Ray is told that it may.
[ "$(uname)" != Darwin ] || export RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=1

set -- "$@" --num-cpus="$slots" --resources="{\"asr\": $slots}" --object-store-memory=200000000 \
  --disable-usage-stats
if [ "$1" = head ]; then
  shift
  exec "$ray" start --head --port=6379 --include-dashboard=false "$@"
fi
address=$2
shift 2
exec "$ray" start --address="$address" "$@"
