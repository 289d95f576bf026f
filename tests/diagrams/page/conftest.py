"""Browsers for the tests of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import chromium
from tests.support.watched_page import DESKTOP, Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, ViewportSize


@pytest.fixture(scope="module", name="browser")
def started_browser() -> Iterator[Browser]:
    """Return a browser."""
    with chromium.chromium() as found:
        yield found


@pytest.fixture(name="opened")
def opener(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Return what opens a file in a window of its own; all are looked after and closed."""
    contexts: list[BrowserContext] = []
    opened: list[Watched] = []

    def open_(path: Path, viewport: ViewportSize = DESKTOP, **options: Any) -> Watched:
        contexts.append(browser.new_context(viewport=viewport, **options))
        opened.append(Watched(contexts[-1].new_page()).open(path))
        return opened[-1]

    yield open_
    for context in contexts:
        context.close()
    for each in opened:
        each.hold()
