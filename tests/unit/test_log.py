"""The line of a request that broke: what and where, and nothing of what the exception says."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.runtime.log import Line, logger


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """The lines that have been written so far."""
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    before = logger.log_level
    logger.setLevel("INFO")

    class Lines(list[dict[str, Any]]):
        def __iter__(self) -> Iterator[dict[str, Any]]:
            return map(json.loads, stream.getvalue().splitlines())

    yield Lines()
    logger.setLevel(before)


def test_what_came_of_a_request_is_one_line(said: list[dict[str, Any]]) -> None:
    Line("POST /v1/redemptions", "v-1").write("redeemed", 200, project="proj_1")
    [line] = said
    assert {name: line[name] for name in ("level", "message", "project", "route", "status", "request_id")} == {
        "level": "INFO",
        "message": "redeemed",
        "project": "proj_1",
        "route": "POST /v1/redemptions",
        "status": 200,
        "request_id": "v-1",
    }
    assert "key" not in line
    assert 0 <= line["milliseconds"] < 1_000


@pytest.mark.parametrize(
    ("word", "status", "message"),
    [
        ("redeemed", 200, "redeemed"),
        ("redeemed", 400, "refused"),
        ("redeemed", 429, "refused"),
        ("repeated", 400, "repeated"),
    ],
)
def test_a_refusal_is_called_one(said: list[dict[str, Any]], word: str, status: int, message: str) -> None:
    Line("POST /v1/redemptions", "v-1").write(word, status, key="quantity_exceeded")
    [line] = said
    assert (line["message"], line["key"]) == (message, "quantity_exceeded")


def test_a_failure_tells_where_and_not_what_was_said(said: list[dict[str, Any]]) -> None:
    line = Line("POST /v1/redemptions", "v-1")
    try:
        {}["PLANTED-CODE"]
    except KeyError as error:
        line.write_failure(error, project="proj_1")
    [told] = said
    assert (told["level"], told["message"], told["key"], told["status"]) == ("ERROR", "failed", "internal_error", 500)
    assert (told["error"], told["project"]) == ("KeyError", "proj_1")
    assert told["trace"][-1].startswith("test_log.py:")
    assert "PLANTED" not in json.dumps(told)


def test_a_service_that_failed_is_quoted_by_its_own_word_alone(said: list[dict[str, Any]]) -> None:
    response = {"Error": {"Code": "ValidationException", "Message": "PLANTED-CODE is no key"}}
    Line("POST /v1/redemptions", "v-1").write_failure(ClientError(response, "PutItem"))  # type: ignore[arg-type]
    [told] = said
    assert (told["error"], told["service_error"]) == ("ClientError", "ValidationException")
    assert "PLANTED" not in json.dumps(told)
