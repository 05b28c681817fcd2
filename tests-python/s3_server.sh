#!/bin/sh
# Makes an environment with moto, a server that speaks the S3 protocol, and starts it on loopback until it is killed.
#
#   tests-python/s3_server.sh PORT
#
# With --make instead of a port it makes the environment alone. Exit code: 2 wrong use or no environment.
set -eu

[ "$#" -eq 1 ] || { echo "usage: tests-python/s3_server.sh PORT | --make" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
environment="${CARGO_TARGET_DIR:-$here/../target}/s3-server"
if [ ! -x "$environment/done" ]; then
    python3 -m venv "$environment" || exit 2
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check 'moto[server]==5.2.5' >&2 || exit 2
    # Written last: an environment without it is made anew.
    ln -sf bin/moto_server "$environment/done"
fi
[ "$1" = --make ] || exec "$environment/bin/moto_server" -H 127.0.0.1 -p "$1"
