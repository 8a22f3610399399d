"""A browser of this machine's own, for those who look at what people see: headless, and it never leaves the machine.

with looking() as look:
    look(html, "birthday", width=360)
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Browser, Route, sync_playwright

PICTURES = Path(".bonbon/pictures")
"""Where a picture of each thing that was looked at is kept."""
UNPACKED = Path(sys.prefix, "chromium")
"""Where ``make`` puts the browser that a package carries, with its own fonts; it is for Linux on x86_64."""
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir></fontconfig>
"""
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" width="320" height="96" viewBox="0 0 320 96">
<rect width="320" height="96" rx="14" fill="#0b5fff"/>
<g font-family="sans-serif" font-size="44" font-weight="700" fill="#fff" text-anchor="middle">
<text x="160" y="63">bonbon</text></g></svg>"""
"""Stands for any picture that is asked for."""


class Seen(NamedTuple):
    """A page as it lies on a screen."""

    width: int
    """Of all that it shows; more than the screen's where somebody has to push it to and fro."""
    text: str
    asked_for: tuple[str, ...]
    """What it wanted from elsewhere."""


class Look:
    """Opens pages, one after the other."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def __call__(self, what: str, name: str, *, width: int) -> Seen:
        """Look at HTML, or at an address of this machine, and keep a picture of it."""
        page = self._browser.new_page(viewport={"width": width, "height": 800})
        asked_for: list[str] = []

        def answer(route: Route) -> None:
            url = route.request.url
            if re.match(r"http://127\.0\.0\.1[:/]", url):
                return route.continue_()
            asked_for.append(url)
            return route.fulfill(body=LOGO, content_type="image/svg+xml")

        page.route("**/*", answer)
        try:
            if what.startswith("http://127.0.0.1"):
                page.goto(what)
            else:
                page.set_content(what)
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
            shown = page.evaluate("document.documentElement.scrollWidth")
            return Seen(shown, page.inner_text("body"), tuple(asked_for))
        finally:
            page.close()


@contextmanager
def looking() -> Iterator[Look]:
    """A browser while the block runs: ``CHROMIUM``, or what ``make`` has unpacked, or Playwright's own."""
    with TemporaryDirectory(prefix="bonbon-browser-") as scratch, sync_playwright() as playwright:
        own = UNPACKED / "chromium"
        fonts = Path(scratch, "fonts.conf")
        fonts.write_text(FONTS.format(fonts=UNPACKED / "fonts", cache=scratch))
        its = {"FONTCONFIG_FILE": str(fonts), "LD_LIBRARY_PATH": str(UNPACKED / "al2023/lib")} if own.exists() else {}
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or (own if own.exists() else None),
            env={**os.environ, **its},
        )
        try:
            yield Look(browser)
        finally:
            browser.close()
