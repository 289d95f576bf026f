"""A real browser for tests: Chromium, headless, driven by Playwright; both are found or missing.

`JOBSTATE_CHROMIUM` names the program where it has another name. Nothing is ever downloaded.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
#: It runs as root in containers, and must neither ask the network for anything nor greet anybody.
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def program() -> str | None:
    """Return the path of Chromium; None where there is none."""
    named = os.environ.get("JOBSTATE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)


def missing() -> str:
    """Return what a test in a browser misses here; empty where it misses nothing."""
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed"
    return "" if program() else "there is no Chromium: install one, or set JOBSTATE_CHROMIUM"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it may not be there

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=list(SWITCHES))
        try:
            yield browser
        finally:
            browser.close()
