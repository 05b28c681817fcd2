#!/usr/bin/env bash
# One job on many machines with Slurm: an array of parts, then the seal.
#
#   export RADMILL_INPUT=/shared/dicom RADMILL_DATASET=/shared/dataset
#   parts=$(sbatch --parsable --array=1-16 pipelines/slurm-array.sh map)
#   sbatch --dependency=afterok:"$parts" --cpus-per-task=4 pipelines/slurm-array.sh seal
#
# Input, dataset and DATASET.private lie on a file system that all nodes share and that has locks across nodes.
# A part that dies or is preempted is queued again and goes on where it stopped; what is mapped is not done again.
# docs/many-machines.md says more.
#SBATCH --job-name=radmill
#SBATCH --cpus-per-task=16
#SBATCH --mem=24G
#SBATCH --time=24:00:00
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

: "${RADMILL_INPUT:?is the folder of DICOM files}" "${RADMILL_DATASET:?is the dataset to make or add to}"
settings=("$RADMILL_INPUT" --out "$RADMILL_DATASET" --threads "${SLURM_CPUS_PER_TASK:-1}")
[ -z "${RADMILL_PIPELINE:-}" ] || settings+=(--pipeline "$RADMILL_PIPELINE")
[ -z "${RADMILL_KEY:-}" ] || settings+=(--key "$RADMILL_KEY")

case "${1:-}" in
    # The array may be counted from any number.
    map) settings+=(--part "$((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN + 1))/$SLURM_ARRAY_TASK_COUNT") ;;
    seal) ;;
    *) echo "slurm-array.sh: say map or seal" >&2; exit 2 ;;
esac

# Slurm sends TERM before the time is over: radmill finishes what is in flight and ends with 130.
"${RADMILL:-radmill}" "$1" "${settings[@]}" &
trap 'kill -TERM $!' TERM
code=0
wait $! || code=$?
if [ "$code" -gt 128 ]; then
    # The trap has ended the first wait; the job still finishes what is in flight.
    wait $! || code=$?
fi
if [ "$code" -eq 130 ] && [ -n "${SLURM_JOB_ID:-}" ] && command -v scontrol > /dev/null; then
    scontrol requeue "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
