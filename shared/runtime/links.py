"""What people open from a message: pages, not JSON, and no key opens them, for the link itself says who they are."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from shared.domain.errors import PromotionError, TooManyRequests
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
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:4rem auto;padding:0 1rem}}\
button{{font:inherit;padding:.5rem 1rem}}</style>
</head>
<body>
<h1>{title}</h1>
<p>{text}</p>
{more}</body>
</html>
"""


class Page(NamedTuple):
    """What somebody sees; the same whoever they are, so that a link tells nobody anything of anybody."""

    title: str
    text: str
    more: str = ""


NOT_HERE = Page("This link does not work", "It may be incomplete: please copy all of it from the message.")
TOO_OFTEN = Page("Please try again", "There is too much going on just now. Please try again in a minute.")
FAILED = Page("Something went wrong", "Please try again; if that does not help, answer the message.")

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
        line, at, key = Line(event["routeKey"], request_id(event)), instant(event), None
        left = rate.here.count(rate.NOBODY, at=at)
        try:
            left.refuse_excess()
            page, status = handler(at=at, **event["pathParameters"]), HTTPStatus.OK
        except PromotionError as refusal:
            page = TOO_OFTEN if isinstance(refusal, TooManyRequests) else NOT_HERE
            status, key = status_of(refusal), refusal.key
        except Exception as error:  # noqa: BLE001 - whatever it was, somebody wants to be left in peace and is told
            line.write_failure(error)
            return _answer(FAILED, HTTPStatus.INTERNAL_SERVER_ERROR, left)
        line.write(word, status, key=key)
        return _answer(page, status, left)


def _answer(page: Page, status: HTTPStatus, left: rate.Rate) -> dict[str, Any]:
    html = PAGE.format(**page._asdict())
    return {"statusCode": int(status), "headers": HEADERS | left.headers(), "body": html, "isBase64Encoded": False}
