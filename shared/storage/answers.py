"""Answers that an ``Idempotency-Key`` remembers, for 24 hours by the service's clock.

The write is the lookup: a commit carries its answer, created only if none is there. Whoever comes second fails on
just that, has written nothing, and reads what the first one was told.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.domain.errors import InvalidPayload
from shared.storage.keys import Key
from shared.storage.table import Table, Write, encoded

KEPT = timedelta(hours=24)
LARGEST = 380 * 1024
"""Bytes of a packed answer; an item holds 400 KB."""


class AlreadyAnswered(Exception):
    """The first request of this key has been answered; nothing was written."""


class Answer(NamedTuple):
    """What the first request was told; ``asked`` is the fingerprint of its body."""

    asked: str
    status: int
    body: str


class AnswerStore:
    """The remembered answers of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._project = project

    def get(self, scope: str, *, at: datetime) -> Answer | None:
        item = self._table.get(Key.answer(self._project, scope))
        if item is None or item["until"] <= _ms(at):
            return None
        return Answer(item["asked"], item["status"], zlib.decompress(item["body"]).decode())

    def keep(self, scope: str, answer: Answer, *, at: datetime) -> Sequence[Write]:
        """The write that remembers an answer, unless one is remembered already."""
        until = at + KEPT
        packed = zlib.compress(answer.body.encode(), 1)
        if len(packed) > LARGEST:
            # Found out before anything is written: an answer that cannot be kept could not be given again.
            raise InvalidPayload(f"Idempotency-Key: the answer, {len(packed)} bytes, is too large to be remembered")
        item = {
            **Key.answer(self._project, scope)._asdict(),
            "asked": answer.asked,
            "status": answer.status,
            "body": packed,
            "until": _ms(until),
            "expires_at": int(until.timestamp()) + 86_400,
        }
        body = {
            "Item": encoded(item),
            "ConditionExpression": "attribute_not_exists(PK) OR #until <= :at",
            "ExpressionAttributeNames": {"#until": "until"},
            "ExpressionAttributeValues": encoded({":at": _ms(at)}),
        }
        return (Write({"Put": body}, AlreadyAnswered()),)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
