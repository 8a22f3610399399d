"""The bus on which facts are told to whoever wants to act upon them: ids of things, and nothing of any person."""

import json
from collections.abc import Sequence
from functools import cache
from os import environ
from typing import Any, Protocol, cast

from botocore.session import Session

from shared.domain.enrolments import Enrolment
from shared.domain.model import iso
from shared.runtime.settings import PATIENCE
from shared.storage.table import chunks

SOURCE = "bonbon"
MOST_TOGETHER = 10
"""Facts that EventBridge takes at once."""


class EventBridge(Protocol):
    def put_events(self, *, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]: ...  # noqa: N803 - its own word


class NotTold(Exception):
    """The bus did not take a fact; it is told again when its change comes again."""


class FactBus:
    """Where the facts of one project are told."""

    def __init__(self, client: EventBridge, name: str, project: str) -> None:
        self._client = client
        self._name = name
        self._project = project

    def tell(self, facts: Sequence[Enrolment]) -> None:
        """Tell facts, in their order. Each has an id by which whoever hears it twice knows it again.

        Raises:
            NotTold: if the bus did not take them all.
        """
        for piece in chunks(facts, MOST_TOGETHER):
            told = self._client.put_events(
                Entries=[
                    {
                        "Source": SOURCE,
                        "DetailType": fact.name,
                        "Detail": self._detail(fact),
                        "EventBusName": self._name,
                        "Time": fact.at,
                    }
                    for fact in piece
                ]
            )
            if told["FailedEntryCount"]:
                raise NotTold

    def _detail(self, fact: Enrolment) -> str:
        return json.dumps(
            {
                "id": fact.fact,
                "project": self._project,
                "customer_id": fact.customer_id,
                "segment_id": fact.segment_id,
                "at": iso(fact.at),
            }
        )


@cache
def client() -> EventBridge:
    return cast("EventBridge", Session().create_client("events", config=PATIENCE))


def bus(project: str) -> FactBus:
    """The bus that the environment names."""
    return FactBus(client(), environ["BUS_NAME"], project)
