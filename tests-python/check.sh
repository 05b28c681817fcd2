#!/bin/sh
# Opens a dataset that radmill made with pyarrow, DuckDB, Polars and deltalake, and checks what they see.
#
#   tests-python/check.sh DATASET
#
# Makes a virtual environment of its own below target/ (needs python3 with venv, and a package index the first time).
# PYTHON names another interpreter. Exit code: 0 all passed, 1 something failed, 2 wrong use or no environment.
set -eu

if [ "$#" -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: tests-python/check.sh DATASET" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
environment="${CARGO_TARGET_DIR:-$here/../target}/python-check"

# The copy of the requirements is written last: without it the environment is not complete and is made anew.
if ! cmp -s "$here/requirements.txt" "$environment/requirements.txt"; then
    rm -rf "$environment"
    "${PYTHON:-python3}" -m venv "$environment" || exit 2
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --requirement "$here/requirements.txt" || exit 2
    cp "$here/requirements.txt" "$environment/requirements.txt"
fi
exec "$environment/bin/python" "$here/check_dataset.py" "$1" "$here/../docs/manifest-format.md"
