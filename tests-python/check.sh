#!/bin/sh
# Opens a dataset that radmill made with pyarrow, DuckDB, Polars and deltalake, and checks what they see.
#
#   tests-python/check.sh DATASET
#
# Exit code: 0 all passed, 1 something failed, 2 wrong use or no environment.
set -eu

if [ "$#" -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: tests-python/check.sh DATASET" >&2
    exit 2
fi
. "$(dirname "$0")/environment.sh"
exec "$python" "$here/check_dataset.py" "$1" "$here/../docs/manifest-format.md"
