"""One structured line a request: what came of it, in the domain's words.

    message       redeemed, validated, issued, rolled_back, …; refused (4xx); failed (5xx); repeated (the first answer
                  of an Idempotency-Key again)
    key           of a refusal, and of a validation that came out invalid: quantity_exceeded, not_found, unauthorized, …
    project       whose key it was, if it was anybody's
    route         the row of the table of routes, never the path that was asked for
    status, milliseconds, request_id

A line tells no code, no id (those of vouchers and redemptions are made of codes), no address, no token, nobody's name
and nothing else that the caller wrote. ``request_id`` is in the caller's answer, too, and leads from one to the other.
"""

import traceback
from http import HTTPStatus
from time import perf_counter
from typing import Any

from aws_lambda_powertools import Logger

logger = Logger()


def what_broke(error: Exception) -> dict[str, Any]:
    """What a log tells of an exception, and where it was raised. Not what it says: its words may be somebody's."""
    answer = getattr(error, "response", None)  # of a service of AWS, whose codes are its own words
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    steps = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        **({"service_error": code} if code else {}),
        "trace": [f"{step.filename.rpartition('/')[2]}:{step.lineno} {step.name}" for step in steps],
    }


class Line:
    """The line of one request, begun when the request came in."""

    def __init__(self, route: str, request_id: str) -> None:
        self._began = perf_counter()
        self._fields: dict[str, Any] = {"route": route, "request_id": request_id}

    def write(self, word: str, status: int, *, key: str | None = None, project: str | None = None) -> None:
        """Say what came of it; ``word`` is what it is called if it succeeded."""
        refused = status >= HTTPStatus.BAD_REQUEST and word != "repeated"
        logger.info("refused" if refused else word, extra=self._with(status, key=key, project=project))

    def write_failure(self, error: Exception, *, project: str | None = None) -> None:
        """Say what broke and where."""
        logger.error(
            "failed",
            extra=self._with(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                key="internal_error",
                project=project,
                **what_broke(error),
            ),
        )

    def _with(self, status: int, **more: Any) -> dict[str, Any]:
        milliseconds = round(1000 * (perf_counter() - self._began), 1)
        told = {name: value for name, value in more.items() if value is not None}
        return {**self._fields, "status": int(status), "milliseconds": milliseconds, **told}
