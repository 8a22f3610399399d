"""MJML into HTML that mail programs show alike, and HTML into plain text for those that show none."""

from html.parser import HTMLParser
from typing import Any, NamedTuple

import mrml

DEEPEST = 100
"""Levels of nesting. The parser calls itself for each: some thousands would end the process, not the request."""
BLOCKS = ("div", "h1", "h2", "h3", "h4", "li", "p", "table", "td", "tr")
HIDDEN = ("head", "script", "style", "title")
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")

LONGEST_TOLD = 200


class Unparsable(Exception):
    """MJML that is none."""


def is_mjml(body: str) -> bool:
    r"""Whether a body is meant as MJML.

    >>> is_mjml("\n <MJML><mj-body>…"), is_mjml("Dear Ann")
    (True, False)
    """
    return body.lstrip()[:5].lower() == "<mjml"


def html_of(mjml: str) -> str:
    """The HTML of MJML.

    Raises:
        Unparsable: with the reason.
    """
    try:
        deepest = _Depth().of(mjml)
        html: str = mrml.to_html(mjml.strip()).content if deepest <= DEEPEST else ""
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the parser's panics, as of a < before an é, are no Exceptions
        raise Unparsable(f"is no MJML: {error}"[:LONGEST_TOLD]) from error
    if deepest > DEEPEST:
        raise Unparsable(f"is nested deeper than {DEEPEST} levels")
    return html


class Plain(NamedTuple):
    """What a mail program shows that shows no HTML."""

    text: str
    links: frozenset[str]
    """Where one can go: a link that shows nothing is none."""


def text_of(html: str) -> Plain:
    r"""What HTML says, line by line, as plain text; a link as its words and its address.

    >>> text_of('<p>Happy <b>birthday</b>!</p><p>Here: <a href="https://shop.example/?a&amp;b">your gift</a></p>').text
    'Happy birthday!\nHere: your gift (https://shop.example/?a&b)'
    """
    return _Plain().of(html)


class _Depth(HTMLParser):
    """Counts how deep elements stand in one another; an end that does not fit ends nothing."""

    def of(self, markup: str) -> int:
        self._open: list[str] = []
        self._deepest = 0
        self.feed(markup)
        return self._deepest

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002 - how deep it is does not hang on them
        if tag not in VOID:
            self._open.append(tag)
            self._deepest = max(self._deepest, len(self._open))

    def set_cdata_mode(self, *_: Any, **__: Any) -> None:
        """In MJML a script is an element like others, and more may stand in it."""

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()


class _Plain(HTMLParser):
    def of(self, html: str) -> Plain:
        self._said: list[str] = []
        self._links: list[tuple[str, int]] = []
        """Those that are open, and how much had been said before each."""
        self._shown: set[str] = set()
        self._hidden: list[str] = []
        self.feed(html)
        self.close()
        lines = (" ".join(line.split()) for line in "".join(self._said).split("\n"))
        return Plain("\n".join(line for line in lines if line), frozenset(self._shown))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        said = dict(attrs)
        if self._hidden or tag in HIDDEN or "display:none" in (said.get("style") or "").replace(" ", ""):
            if tag not in VOID:
                self._hidden.append(tag)
        elif tag == "a":
            self._links.append((said.get("href") or "", len(self._said)))
        elif tag == "img":
            self._said.append(said.get("alt") or "")
        elif tag == "br" or tag in BLOCKS:
            self._said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if self._hidden[-1] == tag:
                self._hidden.pop()
        elif tag == "a" and self._links:
            link, before = self._links.pop()
            if "".join(self._said[before:]).strip():
                self._shown.add(link)
            if link:
                self._said.append(f" ({link})")
        elif tag in BLOCKS:
            self._said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._said.append(data.replace("\n", " "))
