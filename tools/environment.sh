#!/bin/sh
# Make .venv hold exactly what a lock file says, and the project itself.
#
#   tools/environment.sh run    what `equitable` needs        (requirements.lock)
#   tools/environment.sh dev    that, and the tools for tests (requirements-dev.lock)
#
# Nothing is done where the last run's stamp still fits.
set -eu
cd "$(dirname "$0")/.."

wanted=${1:-dev}
case $wanted in
run) lock=requirements.lock ;;
dev) lock=requirements-dev.lock ;;
*)
    echo "tools/environment.sh: '$wanted' is neither 'run' nor 'dev'." >&2
    exit 2
    ;;
esac

venv=.venv
python=$venv/bin/python
enough='import sys; sys.exit(sys.version_info < (3, 11))'

find_python() {
    for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        # A name that is there may still be a stand-in that starts nothing.
        if "$name" -c "$enough" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "Python 3.11 or newer was not found. Install it and run make again," >&2
    echo "or say where it is: make demo PYTHON=/path/to/python3.11" >&2
    exit 1
}

key() {
    # What is installed depends on these and on nothing else.
    { cat "$1" pyproject.toml tools/environment.sh; pwd; "$python" --version; } | cksum
}

# An environment that was moved with its folder has the old place written into it.
if [ -f $venv/.place ] && [ "$(cat $venv/.place)" != "$(pwd)" ]; then
    rm -rf $venv
fi
if [ -e $venv ] && ! "$python" -c "$enough" >/dev/null 2>&1; then
    echo ".venv is there and does not start a Python 3.11 or newer." >&2
    echo "Remove it ('make clean' does) and run make again." >&2
    exit 1
fi
if [ ! -e $venv ]; then
    base=$(find_python)
    echo "== Making .venv with $("$base" --version)"
    if ! "$base" -m venv $venv; then
        rm -rf $venv
        echo "This Python has no 'venv'. On Debian and Ubuntu: apt-get install" \
            "python3-venv (or python3.11-venv)." >&2
        exit 1
    fi
    pwd >$venv/.place
fi

# Where the tools for tests are, they stay: `make bench` does not take them away.
if [ "$wanted" = run ] && [ -f $venv/.has-dev ]; then
    wanted=dev
    lock=requirements-dev.lock
fi

for done_already in "$wanted" dev; do
    stamp=$venv/.ready-$done_already
    [ "$done_already" = dev ] && file=requirements-dev.lock || file=requirements.lock
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(key "$file")" ]; then
        exit 0
    fi
done

echo "== Installing from $lock (the first time takes a minute or so)"
rm -f $venv/.ready-run $venv/.ready-dev
"$python" -m uv --version >/dev/null 2>&1 ||
    "$python" -m pip install --quiet --disable-pip-version-check uv || true
if "$python" -m uv --version >/dev/null 2>&1; then
    "$python" -m uv pip sync --quiet --python "$python" --require-hashes $lock
    "$python" -m uv pip install --quiet --python "$python" --no-deps --editable .
else
    echo "   (without uv, by pip: slower)"
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r $lock
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --editable .
fi
[ "$wanted" = dev ] && : >$venv/.has-dev
key $lock >$venv/.ready-"$wanted"
