#!/bin/sh
# Installs Azurite, Microsoft's server that speaks the protocol of Azure Blob Storage, and starts it on loopback until it
# is killed. Needs node and npm.
#
#   tests-python/azure_server.sh PORT
#
# With --make instead of a port it is installed alone. Exit code: 2 wrong use or not installed.
set -eu

[ "$#" -eq 1 ] || { echo "usage: tests-python/azure_server.sh PORT | --make" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
environment="${CARGO_TARGET_DIR:-$here/../target}/azure-server"
if [ ! -x "$environment/done" ]; then
    mkdir -p "$environment"
    npm install --silent --no-audit --no-fund --no-update-notifier --fetch-retries 1 --fetch-timeout 60000 --prefix "$environment" azurite@3.35.0 >&2 || exit 2
    # Written last: what is not whole is installed anew.
    ln -sf node_modules/.bin/azurite-blob "$environment/done"
fi
[ "$1" = --make ] || exec "$environment/done" --silent --inMemoryPersistence --skipApiVersionCheck \
    --disableTelemetry --blobHost 127.0.0.1 --blobPort "$1"
