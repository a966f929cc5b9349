#!/bin/sh
# See to it that there is a Chromium: the tests look at the report as a browser does.
#
# Set CHROMIUM to use a browser of your own.
set -eu
cd "$(dirname "$0")/.."

find_chromium() {
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome-stable google-chrome; do
        # Some systems have a stand-in of that name which only says what to install.
        if "$name" --version >/dev/null 2>&1; then
            return 0
        fi
    done
    .venv/bin/python tools/chromium_path.py >/dev/null 2>&1
}

if find_chromium; then
    exit 0
fi

echo "== Setting up Chromium for the tests that look at the report"
as_root="env DEBIAN_FRONTEND=noninteractive"
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo -n env DEBIAN_FRONTEND=noninteractive"
    else
        as_root=none
    fi
fi
if [ "$as_root" != none ] && command -v apt-get >/dev/null 2>&1; then
    $as_root apt-get update -qq || true
    $as_root apt-get install -y -qq --no-install-recommends chromium fonts-liberation \
        >/dev/null || true
fi
if find_chromium; then
    exit 0
fi
echo "   (not by the system's packages; trying Playwright's own)"
.venv/bin/python -m playwright install chromium >/dev/null 2>&1 || true
if find_chromium; then
    exit 0
fi

echo "There is no Chromium, and none could be set up." >&2
echo "Install it (Debian, Ubuntu: apt-get install chromium; Fedora: dnf install" >&2
echo "chromium; macOS: brew install --cask chromium) or set CHROMIUM to its path." >&2
if [ "${CI:-}" = true ]; then
    exit 1
fi
echo "Going on without: the tests that need a browser will be skipped." >&2
