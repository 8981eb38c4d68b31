#!/bin/sh
# Sets up .venv in the current folder: lab/setup.sh LOCK, where LOCK is requirements.lock or requirements-dev.lock.
# A second run with the same LOCK has nothing to do. No root, nothing outside this folder.
set -eu

lock=$1
venv=.venv

fail() {
    printf 'setup: %s\n       %s\n' "$1" "$2" >&2
    exit 2
}

new_enough() {
    "$1" -c 'import ctypes, sqlite3, ssl, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Pythons of which pyenv says that it has them, but not switched on.
of_pyenv() {
    if command -v pyenv >/dev/null 2>&1; then
        for version in $(pyenv whence "$1" 2>/dev/null); do
            echo "$(pyenv prefix "$version")/bin/$1"
        done
    fi
}

# From 3.12 on the lab takes a quarter less memory: docs/decisions/0013.
find_python() {
    for name in python3.13 $(of_pyenv python3.13) python3.12 $(of_pyenv python3.12) python3.11 python3 python3.14 python; do
        if command -v "$name" >/dev/null 2>&1 && new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    found=$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null || echo none)
    fail "Python 3.11 or newer is needed; found: $found." \
        "Install one: apt install python3.11, brew install python@3.12, or https://www.python.org/downloads/"
}

# The stamp names everything that the environment was made from.
stamp=$venv/.made-from
wanted=$(cat "$lock" requirements-uv.lock pyproject.toml lab/setup.sh 2>/dev/null | cksum)
if [ -x $venv/bin/python ] && [ -f $stamp ] && grep -qxF "$lock $wanted" $stamp; then
    exit 0
fi

if ! { [ -x $venv/bin/python ] && new_enough $venv/bin/python; }; then
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        fail "$python cannot make virtual environments: it lacks the module venv or ensurepip." \
            "On Debian and Ubuntu: apt install python3-venv"
    echo "setup: making $venv with $python"
    rm -rf $venv
    "$python" -m venv $venv || fail "$venv could not be made." "See the message above."
fi
rm -f $stamp

# What the person has set for pip and uv is theirs (an index, a proxy); only what would undo the pinning is left out.
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
$venv/bin/python -m pip install --quiet --require-hashes -r requirements-uv.lock ||
    fail "uv could not be installed into $venv." "Is the package index reachable?"
echo "setup: installing what $lock names"
$venv/bin/python -m uv pip install --quiet --python $venv/bin/python --require-hashes --compile-bytecode -r "$lock" ||
    fail "Packages could not be installed." "Is the package index reachable? Is there room on the disk?"
$venv/bin/python -m uv pip install --quiet --python $venv/bin/python --no-deps --no-build-isolation --offline --editable . ||
    fail "The project itself could not be installed into $venv." "See the message above."
$venv/bin/python -m compileall -q services chaos observability lab loadgen || true
echo "$lock $wanted" >$stamp
# The development lock holds everything that the other one does.
if [ "$lock" = requirements-dev.lock ]; then
    echo "requirements.lock $(cat requirements.lock requirements-uv.lock pyproject.toml lab/setup.sh | cksum)" >>$stamp
fi
