"""What people open from a message: pages, not JSON, and no key opens them, for the link itself says who they are."""

from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from html import escape
from http import HTTPStatus
from typing import Any, NamedTuple

from shared.delivery.phrases import Phrases, accepted, phrases_of
from shared.domain.errors import PromotionError, TooManyRequests
from shared.domain.post.brands import Brand, readable_on
from shared.runtime import rate
from shared.runtime.api import instant, request_id, status_of
from shared.runtime.log import Line

HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
"""The address is a secret of whoever got the message: no cache, no other site and no search engine learns it."""
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body{{font:1.1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:34rem;padding:1.5rem 1rem;overflow-wrap:anywhere;\
color:#1a1a1a;background:#fff}}
h1{{font-size:1.6rem;line-height:1.2}}
.brand{{font-weight:bold}}
fieldset{{border:1px solid #767676;border-radius:.5rem;margin:1.5rem 0;padding:.5rem 1rem}}
legend{{font-weight:bold;padding:0 .25rem}}
label{{display:flex;align-items:center;gap:.6rem;padding:.5rem 0}}
input{{font:inherit;max-width:100%;box-sizing:border-box}}
input[type=checkbox],input[type=radio]{{flex:none;width:1.3rem;height:1.3rem;margin:0}}
input[type=date]{{padding:.5rem;margin-bottom:.5rem}}
button{{font:inherit;font-weight:bold;width:100%;min-height:3rem;padding:.5rem 1rem;border:0;border-radius:.5rem;\
color:{ink};background:{color};cursor:pointer}}
button.stop{{color:#fff;background:#b00020}}
:focus-visible{{outline:3px solid #1a1a1a;outline-offset:2px}}
[role=status]{{border-left:.3rem solid {color};padding:.5rem 1rem}}
details{{margin:1.5rem 0}}
</style>
</head>
<body>
<main>
{brand}<h1>{title}</h1>
{text}{body}
</main>
</body>
</html>
"""
COLOR = "#1f4fd8"


class Page(NamedTuple):
    """What somebody sees: what they have chosen and why they got the message, and no name, address or birthday, for
    whoever the message was passed on to sees it as well.
    """

    title: str
    text: str = ""
    """What came of it."""
    body: str = ""
    """What is below, as HTML."""
    language: str = "en"
    brand: Brand = Brand()
    status: HTTPStatus = HTTPStatus.OK
    key: str | None = None
    """Of a refusal, for the log."""
    outcome: str = ""
    """What came of it, for the log, where that is not what usually comes of it."""


class Visit(NamedTuple):
    """Somebody who has opened a link, or pressed a button behind it."""

    at: datetime
    languages: list[str]
    """Which their browser asks for, the dearest first."""
    body: bytes


Handler = Callable[..., Page]


class Links:
    """The pages of one function, by route."""

    def __init__(self) -> None:
        self.routes: dict[str, tuple[Handler, str]] = {}

    def get(self, path: str, *, outcome: str) -> Callable[[Handler], Handler]:
        return self._route("GET", path, outcome)

    def post(self, path: str, *, outcome: str) -> Callable[[Handler], Handler]:
        return self._route("POST", path, outcome)

    def _route(self, method: str, path: str, outcome: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.routes[f"{method} {path}"] = (handler, outcome)
            return handler

        return register

    def __call__(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        """Answer one API Gateway event (payload format 2.0)."""
        handler, word = self.routes[event["routeKey"]]
        line, visit = Line(event["routeKey"], request_id(event)), _visit(event)
        left, words = rate.here.count(rate.NOBODY, at=visit.at), phrases_of(*visit.languages)
        try:
            left.refuse_excess()
            page = handler(visit, **event["pathParameters"])
        except PromotionError as refusal:
            page = _refused(refusal, words)
        except Exception as error:  # noqa: BLE001 - whatever it was, somebody wants to be left in peace and is told
            line.write_failure(error)
            failed = Page(words.try_again, words.too_much, language=words.language)
            return _answer(failed._replace(status=HTTPStatus.INTERNAL_SERVER_ERROR), left)
        line.write(page.outcome or word, page.status, key=page.key)
        return _answer(page, left)


def _visit(event: dict[str, Any]) -> Visit:
    raw = event.get("body") or ""
    body = b64decode(raw) if event.get("isBase64Encoded") else raw.encode(errors="replace")
    return Visit(instant(event), accepted(event["headers"].get("accept-language", "")), body)


def _refused(refusal: PromotionError, words: Phrases) -> Page:
    said = (words.broken, words.copy_all_of_it)
    if isinstance(refusal, TooManyRequests):
        said = (words.try_again, words.too_much)
    return Page(*said, language=words.language, status=status_of(refusal), key=refusal.key)


def _answer(page: Page, left: rate.Rate) -> dict[str, Any]:
    color, name = page.brand.colors.primary or COLOR, page.brand.name
    html = PAGE.format(
        language=page.language,
        title=escape(page.title),
        text=f'<p role="status">{escape(page.text)}</p>\n' if page.text else "",
        body=page.body,
        brand=f'<p class="brand">{escape(name)}</p>\n' if name else "",
        color=color,
        ink=readable_on(color),
    )
    headers = HEADERS | left.headers()
    return {"statusCode": int(page.status), "headers": headers, "body": html, "isBase64Encoded": False}
