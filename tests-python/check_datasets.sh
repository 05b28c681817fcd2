#!/bin/sh
# Reads a dataset that radmill made with layout = "parquet" with Hugging Face's datasets, Pillow and OpenCV, and compares
# its images with those of a dataset of the same sources and key with layout = "files".
#
#   tests-python/check_datasets.sh DATASET DATASET_WITH_FILES
#
# Exit code: 0 all passed, 1 something failed, 2 wrong use or no environment.
set -eu

if [ "$#" -ne 2 ] || [ ! -d "$1" ] || [ ! -d "$2" ]; then
    echo "usage: tests-python/check_datasets.sh DATASET DATASET_WITH_FILES" >&2
    exit 2
fi
. "$(dirname "$0")/environment.sh"
# Nothing is asked of the hub, and nothing is kept of the dataset.
cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT
HF_HUB_OFFLINE=1 HF_DATASETS_OFFLINE=1 HF_HOME="$cache" "$python" "$here/check_datasets.py" "$1" "$2"
