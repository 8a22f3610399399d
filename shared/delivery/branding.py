"""What each e-mail inherits from its brand: how it looks, the logo above it, and below it who writes and how to end it.

A template's own word wins: its attributes come after these, a logo or a link to unsubscribe that it shows itself is not
shown again.
"""

import re
from html import escape
from html.parser import HTMLParser
from typing import Any, NamedTuple

from shared.delivery.phrases import phrases_of
from shared.delivery.wording import NEVER_SHOWN
from shared.domain.post.brands import Brand, readable_on

FONT = "-apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
"""Fonts of the reader's own machine. MJML fetches others from their maker, Roboto too, who would learn who reads."""
QUIET = "#595959"
"""Of small print on white."""
LOGO_WIDTH = 160


class Footer(NamedTuple):
    """The end of an e-mail."""

    said: tuple[str, ...] = ()
    """The brand's own words, and its postal address."""
    links: tuple[tuple[str, str], ...] = ()
    """Words, each with where it leads."""

    def below(self, text: str) -> str:
        """A plain text with it.

        >>> print(Footer(("Bücher & Co",), (("Unsubscribe", "https://u"),)).below("Dear Ann"))
        Dear Ann
        <BLANKLINE>
        Bücher & Co
        Unsubscribe (https://u)
        """
        lines = [*self.said, *(f"{words} ({url})" for words, url in self.links)]
        return "\n\n".join(part for part in (text, "\n".join(lines)) if part)

    def without_links(self) -> "Footer":
        return self._replace(links=())


def footer_of(brand: Brand, language: str | None, unsubscribe_url: str | None) -> Footer:
    """What stands below an e-mail in a language; its links where there is something to unsubscribe from."""
    said = tuple(text.strip() for text in (brand.footer_in(language), brand.postal_address or "") if text.strip())
    if unsubscribe_url is None:
        return Footer(said)
    words = phrases_of(language)
    return Footer(
        said,
        (
            (words.unsubscribe, unsubscribe_url),
            (words.preferences, f"{unsubscribe_url}#preferences"),
            (words.why_this_message, f"{unsubscribe_url}#why"),
        ),
    )


def branded(mjml: str, brand: Brand, footer: Footer, *, language: str | None) -> str:
    """MJML with what it inherits."""
    places = _Places().of(mjml)
    more: list[tuple[int, str]] = []
    if language and places.root and "lang" not in places.root.names:
        more.append((places.root.named, f' lang="{_said(language)}"'))
    if places.head:
        more.append((places.head.end, _look(brand)))
    if places.body:
        if not places.head:
            more.append((places.body.start, f"<mj-head>{_look(brand)}</mj-head>"))
        if brand.colors.background and "background-color" not in places.body.names:
            more.append((places.body.named, f' background-color="{brand.colors.background}"'))
        if brand.logo_url and _said(brand.logo_url) not in mjml:
            more.append((places.body.end, _logo(brand)))
        more.append((places.body_ends, _end(brand, footer)))
    for at, text in sorted(more, reverse=True):
        mjml = mjml[:at] + text + mjml[at:]
    return mjml


def _look(brand: Brand) -> str:
    colors = brand.colors
    color = f' color="{colors.words}"' if colors.words else ""
    button = f' background-color="{colors.primary}" color="{readable_on(colors.primary)}"' if colors.primary else ""
    link = colors.primary or colors.words
    return (
        f'<mj-attributes><mj-all font-family="{FONT}"{color} />'
        '<mj-text font-size="16px" line-height="1.5" />'
        f'<mj-button font-size="16px" font-weight="600" border-radius="6px" inner-padding="12px 24px"{button} />'
        f"</mj-attributes>{f'<mj-style>a {{ color: {link}; }}</mj-style>' if link else ''}"
    )


def _logo(brand: Brand) -> str:
    return (
        '<mj-section padding="24px 0 8px"><mj-column>'
        f'<mj-image src="{_said(brand.logo_url)}" alt="{_said(brand.name)}" width="{LOGO_WIDTH}px" />'
        "</mj-column></mj-section>"
    )


def _end(brand: Brand, footer: Footer) -> str:
    if not (footer.said or footer.links):
        return ""
    color = brand.colors.words or QUIET
    lines = [_said(text).replace("\n", "<br />") for text in footer.said]
    links = (
        f'<a href="{_said(url)}" style="color:{color};text-decoration:underline">{_said(words)}</a>'
        for words, url in footer.links
    )
    if footer.links:
        lines.append(" &#183; ".join(links))
    return (
        '<mj-section padding="16px 0 24px"><mj-column>'
        '<mj-divider border-width="1px" border-color="#d0d0d0" padding="8px 25px 16px" />'
        f'<mj-text align="center" font-size="12px" line-height="1.6" color="{color}">{"<br />".join(lines)}</mj-text>'
        "</mj-column></mj-section>"
    )


def _said(text: str | None) -> str:
    return escape((text or "").translate(NEVER_SHOWN))


class _Tag(NamedTuple):
    """Where a start tag stands."""

    start: int
    named: int
    """Behind its name."""
    end: int
    names: frozenset[str]
    """Its attributes'."""


class _Places(HTMLParser):
    """Where in MJML its root, its head and its body begin, and where the body ends; a comment is none of them."""

    root: _Tag | None = None
    head: _Tag | None = None
    """The last one: of several, no other counts."""
    body: _Tag | None = None
    body_ends: int = -1

    def of(self, mjml: str) -> "_Places":
        self._lines = [0, *(it.end() for it in re.finditer("\n", mjml))]
        self.feed(mjml)
        return self

    def set_cdata_mode(self, *_: Any, **__: Any) -> None:
        """In MJML a style or a script is an element like others."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._at()
        end = start + len(self.get_starttag_text() or "")
        place = _Tag(start, start + 1 + len(tag), end, frozenset(name for name, _ in attrs))
        if tag == "mj-head":
            self.head = place
        elif tag == "mjml":
            self.root = self.root or place
        elif tag == "mj-body":
            self.body = self.body or place

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One that ends where it begins has no place for anything."""

    def handle_endtag(self, tag: str) -> None:
        if tag == "mj-body":
            self.body_ends = self._at()

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
