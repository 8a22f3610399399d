"""What a browser is told before, and when, a page of another site asks.

API Gateway says it in the cloud, the local gateway on one machine, in the same words.
"""

from collections.abc import Iterable

ORIGINS = "*"
"""Any site may ask: a browser's key is held against its own list of origins when it is used."""

METHODS = ("GET", "POST", "PUT", "DELETE")

REQUEST_HEADERS = (
    "content-type",
    "idempotency-key",
    "x-client-application-id",
    "x-client-token",
)
"""What a browser may send from another site. The server's own keys are not among them: a page must not know them."""

ANSWER_HEADERS = ("retry-after", "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-retry")

MAX_AGE = 3_600
"""Seconds for which a browser need not ask again whether it may ask."""


def preflight(method: str, headers: Iterable[tuple[str, str]]) -> dict[str, str] | None:
    """The headers of the answer (204) to a browser that asks whether it may ask; None if that is not what this is."""
    asked = {name.lower() for name, _ in headers}
    if method != "OPTIONS" or not {"origin", "access-control-request-method"} <= asked:
        return None
    return {
        "access-control-allow-origin": ORIGINS,
        "access-control-allow-methods": ",".join(METHODS),
        "access-control-allow-headers": ",".join(REQUEST_HEADERS),
        "access-control-max-age": str(MAX_AGE),
    }


def answer_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is added to every answer to a page."""
    if not any(name.lower() == "origin" for name, _ in headers):
        return {}
    return {
        "access-control-allow-origin": ORIGINS,
        "access-control-expose-headers": ",".join(ANSWER_HEADERS),
    }
