"""axe-core, which finds what people with disabilities can't use; for tests it is found or missing.

`JOBSTATE_AXE` names its file, ``axe.min.js`` of the package axe-core of npm. Nothing is ever
downloaded.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def missing() -> str:
    """Return what a test with axe-core misses here; empty where it misses nothing."""
    return "" if _named() else "there is no axe-core: name its axe.min.js by JOBSTATE_AXE"


def found(page: Page) -> list[str]:
    """Return what axe-core finds wrong in a page, one line for each element.

    The page must have been opened by a context that passes over its policy.
    """
    page.evaluate(Path(_named()).read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{each['id']}: {node['html']}" for each in violations for node in each["nodes"]]


def _named() -> str:
    return os.environ.get("JOBSTATE_AXE", "")
