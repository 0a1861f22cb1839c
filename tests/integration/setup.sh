#!/bin/sh
# Installs what the tests of this folder need beside the build: the npm packages of tests/ and a
# Python environment in .venv. Says nothing and does nothing when all is there.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tests=$(dirname "$here")

# A stamp is a copy of the list that was installed.
is_installed() {
    cmp -s "$1" "$2"
}

npm_list=$tests/package-lock.json
npm_stamp=$tests/node_modules/.installed
if ! is_installed "$npm_list" "$npm_stamp"; then
    echo "Installing the npm packages of tests/package-lock.json"
    (cd "$tests" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$npm_list" "$npm_stamp"
fi

python_list=$here/python/requirements.txt
python_stamp=$here/.venv/.installed
if ! is_installed "$python_list" "$python_stamp"; then
    echo "Installing the Python packages of tests/integration/python/requirements.txt"
    python3 -m venv --clear "$here/.venv"
    "$here/.venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "$python_list"
    cp "$python_list" "$python_stamp"
fi
