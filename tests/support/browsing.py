"""Gestures on a page: by the keyboard alone, with a telephone whose memory is a folder."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Error, Page

from tests.support import speed

PHONE = {"width": 390, "height": 844}
SLOW = 120_000  # milliseconds: nobody waits so long, but a page on an old computer that does other things
# The spacing that WCAG 1.4.12 asks a page to bear, set as a reader's own sheet would; then taken away.
SPACE_OUT = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync("*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    + "p{margin-bottom:2em!important}");
  document.adoptedStyleSheets = [sheet]; }"""
CLOSE_UP = "document.adoptedStyleSheets = []"


def until(page: Page, condition: str | Callable[[], object]) -> None:
    """Wait for a function, or an expression of JavaScript, to be true, while the page goes on: pages whose own rules
    let no text be evaluated refuse `wait_for_function`.
    """
    speed.until(
        (lambda: page.evaluate(condition)) if isinstance(condition, str) else condition,
        lambda seconds: page.wait_for_timeout(1000 * seconds),
    )


def tab_to(page, selector: str, *, most: int = 60) -> None:
    """Press Tab until what has the focus is what a selector finds."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is out of reach of the keyboard")


def press(page, selector: str) -> None:
    """Reach a control by the keyboard alone, and press it; the page that answers is there."""
    tab_to(page, selector, most=150)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@contextmanager
def telephone(chromium, folder: Path, **options) -> Iterator:
    """A browser whose memory is a folder."""
    context = chromium.browser_type.launch_persistent_context(
        str(folder), viewport=PHONE, locale="fr-FR", **options
    )
    context.set_default_timeout(SLOW)
    try:
        yield context
    finally:
        with suppress(Error):
            context.close()


def battery_dies(folder: Path) -> None:
    """Kill the browser of that folder, all at once."""
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if (
                process.name.isdigit()
                and f"--user-data-dir={folder}".encode() in (process / "cmdline").read_bytes()
            ):
                os.kill(int(process.name), signal.SIGKILL)
