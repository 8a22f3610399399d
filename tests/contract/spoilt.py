"""How requests are spoilt, and that every one so spoilt is refused and leaves nothing behind."""

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from tests.builders import Shop, refusal

Wrong = tuple[tuple[str, ...], str, list[Any]]
"""The bodies that have a field, its dotted path, and what must not stand there."""

MALFORMED: dict[str, bytes] = {
    "half an object": b'{"metadata": {',
    "a comma too many": b'{"metadata": {},}',
    "plain text": b"redeem it, please",
    "single quotes": b"{'metadata': {}}",
    "a form": b"code=SPRING&amount=100",
    "two objects": b"{}{}",
    "an array": b"[]",
    "an array of what is asked for": b'[{"metadata": {}}]',
    "a string": b'"metadata"',
    "a number": b"42",
    "true": b"true",
    "bytes that are not UTF-8": b"\xff\xfe{}",
    "a string that is not UTF-8": b'{"metadata": {"a": "\xc3\x28"}}',
    "half a surrogate pair": b'{"metadata": {"a": "\\ud800"}}',
    "a name that is half a surrogate pair": b'{"metadata": {"\\udfff": 1}}',
    "NUL": b'{"metadata": {"a": "\\u0000"}}',
    "a bare NUL": b'{"metadata": {"a": "\x00"}}',
    "NaN": b'{"metadata": {"a": NaN}}',
    "Infinity": b'{"metadata": {"a": -Infinity}}',
    "a number beyond all numbers": b'{"metadata": {"a": 1e999}}',
    "arrays in arrays": b'{"metadata": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "objects in objects": b'{"metadata": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    "never-ending arrays": b"[" * 200_000,
    "one megabyte of metadata": b'{"metadata": {"a": "' + b"x" * 2**20 + b'"}}',
    "one megabyte of spaces": b" " * 2**20 + b"{]",
    "one megabyte of nothing": b"\x00" * 2**20,
}
"""Bodies that are no JSON object."""

FEW = ("half an object", "an array", "bytes that are not UTF-8", "NaN")
"""Enough to see that a door has the reader that all of them have; ``test_bad_input.py`` shows what that one refuses."""

NO_AMOUNT = [-1, 10.5, 2**53 + 1, 10**40, "100", True, [], {}]
NO_TEXT = [5, True, [], {}, "x" * 10_000, "a\x07b"]
NO_OBJECT = ["x", 5, True, [], [{}]]
NO_INSTANT = ["yesterday", "2026-13-01T00:00:00.000Z", "2026-02-30", [], {}, True, "9999999-01-01T00:00:00Z"]
NO_FLAG = ["yes", 1, "true", [], {}]
NO_COUNT = [-1, 1.5, "one", True, 2**53 + 1, []]
NO_CODE = [5, True, [], {}, "", "   ", "🎁", "a\x00b", "../../etc/passwd", "a/b", "<b>", "x" * 10_000, "a\nb"]


def malformed_is_refused(shop: Shop, route: str, *, cases: Iterable[str] = FEW) -> None:
    """Whatever is no JSON object is refused."""
    answers = {case: send(shop, route, MALFORMED[case]) for case in cases}
    assert answers == dict.fromkeys(cases, (400, "invalid_payload"))


def wrong_is_refused(
    shop: Shop,
    route: str,
    body: Callable[[], Mapping[str, Any]] | Mapping[str, Any],
    wrong: Iterable[tuple[str, list[Any]]],
    subtests: pytest.Subtests,
) -> None:
    """Whatever is wrong with a body is refused, by the path of the field."""
    for path, values in wrong:
        with subtests.test(path=path):
            for value in values:
                spoilt = set_at(dict(body() if callable(body) else body), path, value)
                response = shop.ask(*route.split(" ", 1), spoilt)
                assert refusal(response) == (400, "invalid_payload"), (value, response.text)
                assert names(response.json()["details"], path), (value, response.text)
                assert len(response.json()["details"]) < LONGEST_REFUSAL


LONGEST_REFUSAL = 3_000


def send(shop: Shop, route: str, content: bytes) -> tuple[int, str]:
    method, path = route.split(" ", 1)
    response = shop.http.request(method, f"/v1/{path}", content=content, headers={"Content-Type": "application/json"})
    assert response.json()["details"], response.text
    return refusal(response)


def set_at(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the body with another value at a dotted path."""
    body = copy.deepcopy(body)
    *way, last = path.split(".")
    at: Any = body
    for part in way:
        at = at[int(part)] if isinstance(at, list) else at.setdefault(part, {})
    at[int(last) if isinstance(at, list) else last] = value
    return body


def names(details: str, path: str) -> bool:
    """Whether one of the details is of that field, or of one inside it."""
    return any(part.startswith((f"{path}:", f"{path}.")) for part in details.split("; "))
