#!/bin/sh
# De-identifies INPUT under each profile and checks that every file opens in pydicom and that dciodvfy (dicom3tools)
# finds no error in it that it does not find in its source.
#
#   tests-python/check_validity.sh RADMILL INPUT WORK [KNOWN]
#
# KNOWN is the number of outputs of a profile that are known to have a new error.
# Exit code: 0 all passed, 1 something failed, 2 wrong use or no environment.
set -eu

if [ "$#" -lt 3 ] || [ ! -x "$1" ] || [ ! -d "$2" ]; then
    echo "usage: tests-python/check_validity.sh RADMILL INPUT WORK [KNOWN]" >&2
    exit 2
fi
radmill=$1 input=$2 work=$3 known=${4:-0}
. "$(dirname "$0")/environment.sh"

rm -rf "$work"
mkdir -p "$work"
[ -f "$work/site.key" ] || "$radmill" key new "$work/site.key" >/dev/null
fault=0
for profile in basic research strict; do
    echo "profile $profile"
    "$radmill" deidentify "$input" --out "$work/$profile" --profile "$profile" --key "$work/site.key" >"$work/$profile.txt"
    "$radmill" crosswalk export "$work/$profile" --patients "$work/$profile-patients.csv" --uids "$work/$profile-uids.csv"
    # De-identified once more, nothing changes any more.
    "$radmill" deidentify "$work/$profile" --out "$work/$profile-twice" --profile "$profile" --key "$work/site.key" >/dev/null
    diff -rq "$work/$profile" "$work/$profile-twice" || fault=1
    rm -rf "$work/$profile-twice" "$work/$profile-twice.private"
    "$python" "$here/check_validity.py" "$input" "$work/$profile" "$work/$profile-uids.csv" "$known" || fault=1
done
exit "$fault"
