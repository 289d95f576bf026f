"""A page in a browser that is looked after: whatever goes wrong in it fails its test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import ConsoleMessage, Dialog, Page, Request, ViewportSize

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Watched:
    """A page that is looked after: whatever goes wrong in it fails its test.

    Attributes:
        page: The page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self._wrong: list[str] = []
        self._home = ""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._wrong.append(str(error)))
        page.on("dialog", self._asked_for)
        page.on("request", self._requested)

    def open(self, path: Path) -> Self:
        """Open a file."""
        self._home = path.as_uri()
        self.page.goto(self._home)
        return self

    def _heard(self, message: ConsoleMessage) -> None:
        self._wrong.append(f"{message.type}: {message.text}")

    def _asked_for(self, dialog: Dialog) -> None:
        self._wrong.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Request) -> None:
        if request.url not in {self._home, "data:,"}:
            self._wrong.append(f"a request for {request.url}")

    def hold(self) -> None:
        """See that nothing has gone wrong, and forget it.

        Raises:
            AssertionError: Something has: an error, a violation of the policy, a request, a dialog.
        """
        wrong, self._wrong = self._wrong, []
        assert wrong == []
        assert self.page.url.partition("#")[0] == self._home

    def text(self, selector: str) -> str:
        """Return the text of an element."""
        return self.page.inner_text(selector)

    def check(self, answers: str) -> None:
        """Put answers in and have them judged."""
        self.page.evaluate("text => { document.getElementById('text').value = text; }", answers)
        self.page.click("#check")

    def classes(self, selector: str) -> set[str]:
        """Return the classes of an element."""
        return set(str(self.page.get_attribute(selector, "class")).split())

    def focused(self) -> str:
        """Return the id of what has the focus."""
        return str(self.page.evaluate("document.activeElement.id"))
