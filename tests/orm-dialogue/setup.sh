#!/bin/sh
# Installs Waterline in Node.js for the dialogues of the ORM. Says nothing and does nothing when all is
# there; fails if the packages cannot be had.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
list=$here/node/package-lock.json
stamp=$here/node/node_modules/.installed # a copy of the list that was installed

if ! cmp -s "$list" "$stamp"; then
    echo "Installing the npm packages of tests/orm-dialogue/node/package-lock.json"
    (cd "$here/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$list" "$stamp"
fi
