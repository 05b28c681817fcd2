#!/bin/sh
# Reads a dataset that radmill made with layout = "tar" with webdataset and Pillow.
#
#   tests-python/check_webdataset.sh DATASET
#
# Exit code: 0 all passed, 1 something failed, 2 wrong use or no environment.
set -eu

if [ "$#" -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: tests-python/check_webdataset.sh DATASET" >&2
    exit 2
fi
. "$(dirname "$0")/environment.sh"
exec "$python" "$here/check_webdataset.py" "$1"
