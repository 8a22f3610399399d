"""The table on a real engine, one for all tests here, each in a project of its own; and its fake, held to the same."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from botocore.session import Session

from infra.local import engine
from infra.local.service import free_port
from shared.runtime.settings import PATIENCE
from shared.storage.campaigns import CampaignStore
from shared.storage.candidates import CandidateStore
from shared.storage.customers import CustomerStore
from shared.storage.ledger import Ledger
from shared.storage.orders import OrderStore
from shared.storage.projects import ProjectStore
from shared.storage.publications import PublicationStore
from shared.storage.rules import RuleStore
from shared.storage.table import Table, decoded
from shared.storage.vouchers import VoucherStore
from shared.storage.work import WorkStore
from tests.fakes import Memory, Stores, in_memory
from tests.storage.wire import Wire
from tests.unit.till import Till

NUMBERS = count(1)


@pytest.fixture(scope="session")
def client() -> Iterator[Any]:
    """A DynamoDB client as the functions have one, of an engine with an empty table."""
    with engine.running(free_port()) as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in engine.CREDENTIALS.items():
            patch.setenv(name, value)
        engine.create_table(endpoint)
        yield Session().create_client("dynamodb", endpoint_url=endpoint, config=PATIENCE)


@pytest.fixture
def table(client: Any) -> Table:
    return Table(client, engine.TABLE)


@pytest.fixture
def project() -> str:
    """A project that no other test knows."""
    return f"proj_{next(NUMBERS)}"


@pytest.fixture
def items(client: Any, project: str) -> Callable[[], list[dict[str, Any]]]:
    """Everything that is written for the project, as it stands in the table."""

    def every() -> list[dict[str, Any]]:
        pages = client.get_paginator("scan").paginate(
            TableName=engine.TABLE,
            FilterExpression="begins_with(PK, :project)",
            ExpressionAttributeValues={":project": {"S": f"{project}#"}},
            ConsistentRead=True,
        )
        found = [decoded(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda item: (item["PK"], item["SK"]))

    return every


@pytest.fixture
def on_table(table: Table, project: str, items: Callable[[], Any]) -> Till:
    """A checkout over the table."""
    return Till(stores_over(table, project, items))


@pytest.fixture(params=["fake", "table"])
def till(request: pytest.FixtureRequest, project: str) -> Till:
    """A checkout over the fake, and over the table."""
    if request.param == "table":
        till: Till = request.getfixturevalue("on_table")
        return till
    return Till(in_memory(project))


@pytest.fixture(params=["fake", "table"])
def two_projects(request: pytest.FixtureRequest) -> tuple[Till, Till]:
    """Two projects that share a memory, or the table."""
    names = [f"proj_{next(NUMBERS)}" for _ in range(2)]
    if request.param == "fake":
        memory = Memory()
        stores = [in_memory(name, memory) for name in names]
    else:
        table = request.getfixturevalue("table")
        stores = [stores_over(table, name, list) for name in names]
    return Till(stores[0]), Till(stores[1])


def stores_over(table: Table, project: str, everything: Callable[[], Any]) -> Stores:
    books = (Ledger, VoucherStore, CampaignStore, PublicationStore, WorkStore)
    kinds = (*books, ProjectStore, CustomerStore, OrderStore, RuleStore, CandidateStore)
    return Stores(project, *(kind(table, project) for kind in kinds), everything=everything)


@pytest.fixture
def wire(client: Any) -> Iterator[Wire]:
    """What goes over to the engine, from now on."""
    with Wire(client) as wire:
        yield wire
