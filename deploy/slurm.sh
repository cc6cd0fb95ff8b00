#!/bin/sh
# An archive as an array of Slurm, each task every Nth shard: docs/scale.md.
#   bun-asr batch plan --manifest archive.jsonl --out /shared/archive --model 0.6b
#   sbatch --array=0-99 deploy/slurm.sh /shared/archive
# Tasks that were killed are submitted again with the same line: what has its part is left alone.
#SBATCH --job-name=bun-asr
#SBATCH --cpus-per-task=8
#SBATCH --mem=8G
#SBATCH --requeue
#SBATCH --open-mode=append
set -eu

out=${1:?"usage: sbatch --array=0-99 $0 OUT"}
# Slurm counts from the minimum of the array on, in its step.
first=${SLURM_ARRAY_TASK_MIN:?"submit it as an array: sbatch --array=0-99"}
index=$(((SLURM_ARRAY_TASK_ID - first) / ${SLURM_ARRAY_TASK_STEP:-1}))

status=0
# shellcheck disable=SC2086
${BUN_ASR:-bun-asr} batch run --out "$out" --slice "$index/$SLURM_ARRAY_TASK_COUNT" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" || status=$?
# Rows of errors are rows: the task has done what it can.
[ "$status" -ne 3 ] || status=0
exit "$status"
