# Sourced by the check scripts: makes a virtual environment below target/ and sets `python` to its interpreter.
# Needs python3 with venv, and a package index the first time. PYTHON names another interpreter.
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
python="$environment/bin/python"
