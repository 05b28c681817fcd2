#!/bin/sh
# Reads a dataset that radmill made with format = "jpeg" with Pillow and OpenCV, and compares its images with those of a
# dataset of the same sources and key with format = "png".
#
#   tests-python/check_jpeg.sh DATASET DATASET_WITH_PNG
#
# Exit code: 0 all passed, 1 something failed, 2 wrong use or no environment.
set -eu

if [ "$#" -ne 2 ] || [ ! -d "$1" ] || [ ! -d "$2" ]; then
    echo "usage: tests-python/check_jpeg.sh DATASET DATASET_WITH_PNG" >&2
    exit 2
fi
. "$(dirname "$0")/environment.sh"
exec "$python" "$here/check_jpeg.py" "$1" "$2"
