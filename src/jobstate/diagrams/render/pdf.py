"""A printed sheet as PDF: by Chromium, or a browser made of it, where one is installed.

It runs without a window, in a profile of its own that is gone afterwards, and asks no network for
anything. What it prints is a file of ours without any script.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from jobstate.diagrams.programs import ran
from jobstate.errors import ToolFailedError, ToolMissingError, shown

#: The environment variable that names the browser, where no argument does.
BROWSER = "JOBSTATE_CHROMIUM"
#: How long it may take: some 2 s are usual.
SECONDS = 60.0
_NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
_SWITCHES = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    # No name has an address: whatever it would ask for is not there.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)


def pdf(page: str, *, program: str | None = None, seconds: float = SECONDS) -> bytes:
    """Return a page of HTML as PDF.

    Args:
        page: The page, which says how large its sheets are: what `printed` has made.
        program: The browser: a path, or a name to look for; without, what the environment variable
            `JOBSTATE_CHROMIUM` says, else Chromium, Chrome or Edge.
        seconds: How long it may take.

    Raises:
        ToolMissingError: There is no such browser.
        ToolFailedError: It failed, took too long, or made no PDF.
    """
    browser = _found(program or os.environ.get(BROWSER))
    # A browser that has just ended may still write to its profile.
    with TemporaryDirectory(prefix="jobstate-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, encoding="utf-8")
        own = [f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]
        command = [browser, *_SWITCHES, *_as_root(), *own, source.as_uri()]
        done = ran(command, seconds=seconds, remedy="print the SVG or HTML in a browser instead")
        made = target.read_bytes() if target.exists() else b""
    if not made.startswith(b"%PDF-"):
        said = done.stderr.decode("utf-8", "replace").strip()
        raise ToolFailedError(browser, "made no PDF", said)
    return made


def _found(program: str | None) -> str:
    names = [program] if program else _NAMES
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise ToolMissingError(
            f"the browser {shown(program)}" if program else "a browser (Chromium, Chrome, Edge)",
            "makes the PDF",
            f"install one, name it in {BROWSER}, or choose the format svg or html and print that",
        )
    return found


def _as_root() -> list[str]:
    """Return what Chromium wants of root, in containers say, which it would else refuse."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
