"""What every answer must be, whatever was asked."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.fuzz import sdk
from tests.fuzz.asks import Answer, Ask

NOTHING = 204
TOO_OFTEN = 429
TAKEN = {200, 202, NOTHING}
REFUSALS = {400, 401, 402, 404, 405, 406, 409, 415, 423, 429}
SAID = {"code", "key", "message", "details", "request_id"}
ALSO_SAID = {"resource_id", "resource_type", "error"}
LONGEST_DETAILS = 5_000
KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
REPEATABLE = TAKEN | REFUSALS - {401, 409, 423, 429}
"""What a repetition with the same key gets again; the other refusals speak of a moment that may have passed."""

LINKS, PAGE, PAGES = "/u/", "text/html; charset=utf-8", {200, 404, TOO_OFTEN}
"""What people open from a message is a page."""

ALSO_MODELLED = {
    # Where the SDK calls the answer an object it says nothing of it; the thing itself is answered.
    "POST /v1/campaigns/{campaign_id}/enable": "CampaignsGetResponseBody",
    "POST /v1/campaigns/{campaign_id}/disable": "CampaignsGetResponseBody",
    # Routes of our own answer as those beside them do.
    "GET /v1/products/{product_id}/skus/{sku_id}": "SkusGetResponseBody",
    "PUT /v1/product-collections/{collection_id}": "ProductCollectionsGetResponseBody",
    # Bonbon's own.
    "PUT /v1/metadata-schemas/{resource}": "MetadataSchemasGetResponseBody",
    "PUT /v1/segments/{segment_id}": "SegmentsGetResponseBody",
    "POST /v1/publications/{publication_id}/responses": "PublicationsCreateResponseBody",
}


def response_model(route: str) -> str | None:
    """The name of the SDK's model of a route's answer, if it has one."""
    return ALSO_MODELLED.get(route) or sdk.models_of(route).response


def broken(ask: Ask, answer: Answer) -> str | None:
    """The first law that an answer breaks, in words; none, as it should be."""
    return next(_broken(ask, answer), None)


def unlike(first: Answer, second: Answer) -> str | None:
    """Whether a repetition with the same ``Idempotency-Key`` was told something else."""
    passed = first.status not in REPEATABLE or second.status == TOO_OFTEN
    if passed or (first.status, first.body) == (second.status, second.body):
        return None
    return f"answers a repetition {second.status} {_head(second)} after {first.status} {_head(first)}"


def _broken(ask: Ask, answer: Answer) -> Iterator[str]:
    if answer.status not in TAKEN | REFUSALS:
        yield f"answers {answer.status}, which the contract does not know: {_head(answer)}"
    if ask.method == "HEAD":
        return  # it never has a body
    if answer.status == NOTHING:
        if answer.body:
            yield f"answers 204 with a body: {_head(answer)}"
        return
    if ask.target.startswith(LINKS) and answer.headers.get("content-type") == PAGE:
        if answer.status not in PAGES or not answer.body.startswith(b"<!doctype html>"):
            yield f"answers {answer.status} with what is no page: {_head(answer)}"
        return
    if not answer.headers.get("content-type", "").startswith("application/json"):
        yield f"answers {answer.status} as {answer.headers.get('content-type')!r}: {_head(answer)}"
    try:
        said = json.loads(answer.body.decode(), parse_constant=_refuse)
    except ValueError as error:
        yield f"answers {answer.status} with what is no JSON ({error}): {_head(answer)}"
    else:
        yield from _misshapen_error(answer, said) if answer.status in REFUSALS else _misshapen(ask, answer)


def _misshapen_error(answer: Answer, said: Any) -> Iterator[str]:
    if not isinstance(said, dict) or not SAID <= set(said) <= SAID | ALSO_SAID:
        yield f"refuses in another shape: {_head(answer)}"
        return
    if said["code"] != answer.status:
        yield f"says code {said['code']!r} in an answer of status {answer.status}"
    if not KEY.fullmatch(str(said["key"])):
        yield f"refuses with the key {said['key']!r}"
    if not all(isinstance(text, str) for name, text in said.items() if name not in {"code", "error"}):
        yield f"refuses with words that are none: {_head(answer)}"
    elif not said["message"] or not said["request_id"].startswith("v-"):
        yield f"says no message, or names no request: {_head(answer)}"
    elif len(said["details"]) > LONGEST_DETAILS:
        yield f"tells {len(said['details'])} characters of details"
    if not isinstance(said.get("error", {"message": ""}).get("message"), str):
        yield f"has an error of its own without a message: {said['error']!r}"


def _misshapen(ask: Ask, answer: Answer) -> Iterator[str]:
    name = response_model(ask.route)
    model = sdk.model(name) if name else None
    if model is None or not hasattr(model, "from_json"):
        return
    try:
        model.from_json(answer.body.decode())
    except Exception as error:  # noqa: BLE001 - whatever the SDK raises, its user would have met it
        yield f"answers {answer.status} with what is no {name}: {' '.join(str(error).split())[:400]}"


def _head(answer: Answer) -> str:
    return repr(answer.body[:300].decode("latin-1"))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
