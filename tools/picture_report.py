# ruff: noqa: INP001 - a script, not a package
"""Take the README's picture: the first page of the demonstration's report.

    make demo && .venv/bin/python tools/picture_report.py

needs the tools for tests (`make check` installs them) and a Chromium.
"""

from __future__ import annotations

import sys
from pathlib import Path

from chromium_path import chromium_path
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "demo" / "report.html"
PICTURE = ROOT / "docs" / "images" / "report.png"
WIDTH, HEIGHT = 1280, 1200
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
)


def main() -> None:
    """Open the report as a browser does, and keep what is seen first."""
    if not REPORT.exists():
        sys.exit("There is no demo/report.html: run 'make demo' first.")
    path = chromium_path()
    if path is None:
        sys.exit("There is no Chromium: 'sh tools/chromium.sh' sets one up.")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(REPORT.as_uri())
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
