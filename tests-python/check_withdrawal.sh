#!/bin/sh
# Makes a dataset in three jobs, withdraws a patient, and opens it with deltalake, pyarrow, Polars and DuckDB.
#
#   tests-python/check_withdrawal.sh RADMILL
#
# Exit code: 0 all passed, 1 something failed, 2 wrong use or no environment.
set -eu

if [ "$#" -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: tests-python/check_withdrawal.sh RADMILL" >&2
    exit 2
fi
. "$(dirname "$0")/environment.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" key new "$work/site.key" >"$work/out"
for batch in hospital-c hospital-b mammo; do
    "$1" ingest "$here/../fixtures/dicom/$batch" --out "$work/set" --key "$work/site.key" >>"$work/out" 2>&1
done
echo ZQZIMAPEVOGIRU >"$work/numbers"
"$1" token --key "$work/site.key" "$work/numbers" >"$work/tokens"
"$1" withdraw "$work/set" --token "$work/tokens" --key "$work/site.key" >>"$work/out"
"$python" "$here/check_withdrawal.py" "$work/set" "$(cat "$work/tokens")"
