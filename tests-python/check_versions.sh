#!/bin/sh
# Makes a dataset of several versions with radmill and reads each of them with deltalake, DuckDB and Polars.
#
#   tests-python/check_versions.sh RADMILL FIXTURES
#
# Exit code: 0 all passed, 1 something failed, 2 wrong use or no environment.
set -eu

if [ "$#" -ne 2 ] || [ ! -x "$1" ] || [ ! -d "$2" ]; then
    echo "usage: tests-python/check_versions.sh RADMILL FIXTURES" >&2
    exit 2
fi
. "$(dirname "$0")/environment.sh"
exec "$python" "$here/check_versions.py" "$1" "$2" "$here/../docs/versions.md"
