# ruff: noqa: INP001 - a script, not a package
"""Print where a Chromium is: the system's, or the one that Playwright installed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def chromium_path() -> str | None:
    """The browser that ``CHROMIUM`` names, else the system's, else Playwright's."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        found = shutil.which(name) if name else None
        if found:
            return found
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    path = chromium_path()
    if path is None:
        sys.exit("no Chromium")
    sys.stdout.write(f"{path}\n")
