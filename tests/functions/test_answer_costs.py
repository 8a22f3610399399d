"""What plain answers cost: why there was a message, what is held of somebody, and who else has it."""

from datetime import timedelta
from typing import Any

from shared.domain.post.deliveries import Delivery
from shared.runtime import settings
from shared.storage.deliveries import entering
from tests.functions.conftest import NOW, Functions

PROJECT = "proj_sandbox"
YES = {"channel": "email", "granted": True, "source": "form", "at": "2026-01-05T10:00:00.000Z"}


def delivered(functions: Functions, customer_id: str, **fields: Any) -> str:
    """The id of a delivery that was sent to somebody."""
    template = {"name": "t", "channel": "email", "subject": "s", "body": "{{ customer.name }}"}
    _, made = functions.call("POST", "/v1/message-templates", template)
    known: dict[str, Any] = {
        "id": f"dlv_{customer_id}",
        "status": "SENT",
        "customer_id": customer_id,
        "channel": "email",
        "template_id": made["id"],
        "due_at": NOW,
        "contact_at": NOW,
        "sent_at": NOW,
        "created_at": NOW,
    }
    before = Delivery(**known | fields)
    settings.table().commit(*entering(PROJECT, before, before=before, otherwise=AssertionError()))
    return before.id


def test_why_is_what_the_entry_names_and_the_ledger_only_where_a_later_word_counts(functions: Functions) -> None:
    _, ann = functions.call("POST", "/v1/customers", {"source_id": "why-costs", "name": "Ann"})
    path = f"/v1/customers/{ann['id']}/consents"
    functions.call("PUT", path, {"consents": [YES]})
    why = f"/v1/deliveries/{delivered(functions, ann['id'])}/why"
    status, told = functions.call("GET", why)
    assert (status, told["consent"], told["data_used"][0]["field"]) == (
        200,
        YES | {"purpose": "marketing"},
        "customer.name",
    )
    # the entry; customer, consents and settings; the template; the register of processors
    assert functions.bill.calls == ["GetItem", "BatchGetItem", "GetItem", "BatchGetItem"]
    assert functions.bill.write_units == 0

    functions.now = NOW + timedelta(days=1)
    functions.call("PUT", path, {"consents": [YES | {"granted": False, "at": None}]})
    functions.now = NOW
    _, later = functions.call("GET", why)
    assert later["consent"] == told["consent"]
    # the processors are warm; what was said before the latest word is a query of the ledger
    assert functions.bill.calls == ["GetItem", "BatchGetItem", "GetItem", "Query"]


def test_an_export_reads_each_thing_once_and_writes_nothing(functions: Functions) -> None:
    _, ann = functions.call("POST", "/v1/customers", {"source_id": "export-costs", "name": "Ann"})
    for number in range(30):
        order = {"source_id": f"export-{number}", "amount": number, "customer": {"id": ann["id"]}}
        assert functions.call("POST", "/v1/orders", order)[0] == 200
    status, told = functions.call("POST", f"/v1/customers/{ann['id']}/export")
    assert (status, len(told["orders"]), told["next"]) == (200, 30, None)
    # Who they are; what stands beside them and among their things, 25 at a time; which segments there are (8 shards of
    # the list), and whether they are listed in any.
    calls = [*["BatchGetItem"], *["Query"] * 2, *["BatchGetItem"] * 2, *["Query"] * 8]
    assert functions.bill.calls[: len(calls)] == calls
    assert set(functions.bill.calls[len(calls) :]) <= {"BatchGetItem", "Query", "GetItem"}
    assert (functions.bill.round_trips, functions.bill.write_units) == (14, 0)

    functions.call("POST", f"/v1/customers/{ann['id']}/export", {"after": "owned order"})
    assert functions.bill.calls == ["BatchGetItem", "Query", "BatchGetItem", "BatchGetItem"]


def test_the_register_is_one_read_and_one_write(functions: Functions) -> None:
    functions.call("PUT", "/v1/processors", {})
    assert (functions.bill.calls, functions.bill.write_units) == (["PutItem", "BatchGetItem"], 1)
    functions.call("GET", "/v1/processors")
    assert functions.bill.calls == ["BatchGetItem"]
