"""What it costs to open the link at the end of a message, and to say something there: one commit, whatever was said."""

import base64
import importlib
from typing import Any

import pytest

from infra.local.events import event_of
from shared.domain.post.links import Unsubscription
from shared.runtime import settings
from shared.storage.brands import BrandStore
from shared.storage.projects import ProjectStore
from shared.storage.seals import SealStore
from tests.functions.conftest import Functions

PROJECT = "proj_sandbox"
CHANGED = b"form=preferences&was-email=0&email=on&was-frequency=ALL&frequency=WEEKLY&birthday=1990-02-28"


@pytest.fixture
def path(functions: Functions, request: pytest.FixtureRequest) -> str:
    """The link of somebody; what rarely changes is warm."""
    said = {"source_id": request.node.name, "email": "ann@example.com"}
    _, ann = functions.call("POST", "/v1/customers", said)
    table = settings.table()
    seal = SealStore(table, PROJECT).get()
    for warm in (BrandStore, ProjectStore):
        warm(table, PROJECT).now()
    return f"/u/{Unsubscription(PROJECT, ann['id'], 'email', 'marketing').token(seal)}"


def visit(functions: Functions, method: str, path: str, body: bytes = b"", *, encoded: bool = False) -> dict[str, Any]:
    functions.bill.calls.clear()
    functions.bill.write_units = 0.0
    name, event = event_of(method, path, body=body, now=functions.now)
    if encoded:
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    answer: dict[str, Any] = importlib.import_module(f"functions.{name}").handler(event, None)
    return answer


LOOK = ["BatchGetItem", "GetItem", "BatchGetItem", "GetItem"]
"""The customer, what they allow, where they are left in peace whatever they allow; the policy."""


def test_a_look_is_four_reads(functions: Functions, path: str) -> None:
    assert visit(functions, "GET", path)["statusCode"] == 200
    assert functions.bill.calls == LOOK
    assert functions.bill.write_units == 0


@pytest.mark.parametrize("encoded", [False, True])
def test_a_form_is_one_commit_with_all_that_it_says(functions: Functions, path: str, encoded: bool) -> None:
    """As text or as API Gateway encodes it. Said again it says nothing new."""
    answer = visit(functions, "POST", path, CHANGED, encoded=encoded)
    assert (answer["statusCode"], "Your choices are saved." in answer["body"]) == (200, True)
    assert functions.bill.calls == ["GetItem", "BatchGetItem", "GetItem", "TransactWriteItems", *LOOK]
    visit(functions, "POST", path, CHANGED, encoded=encoded)
    assert functions.bill.calls == ["GetItem", "BatchGetItem", "GetItem", *LOOK]
    assert functions.bill.write_units == 0


def test_a_click_is_one_commit(functions: Functions, path: str) -> None:
    visit(functions, "POST", path, b"List-Unsubscribe=One-Click", encoded=True)
    assert functions.bill.calls == [
        "BatchGetItem",
        "GetItem",
        "TransactWriteItems",
        *LOOK,
    ]
    assert functions.bill.write_units == 6  # that the customer is one, what they allow, the word: two each
