"""Imports: a file's header is judged at once, its rows one by one, and each row once, whatever happens meanwhile."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.actions import AsyncAction, Row, shares
from shared.domain.errors import InvalidPayload
from shared.runtime.rows import READS
from shared.usecases.generate import Means, carry_on
from shared.usecases.imports import Door, cut, start_import
from shared.wire.imports import CUSTOMER_COLUMNS, VOUCHER_COLUMNS, customer_fields, voucher_fields
from shared.wire.sheets import Sheet, cells_of, file_of, sheet_of
from tests.fakes import Overtaken, Queue
from tests.unit.till import Till
from tests.unit.values import AT, DAY

LATER = AT + DAY


class Actions:
    """Where an import that is of no campaign is started."""

    def __init__(self, till: Till) -> None:
        self._work = till.stores.work

    def start(self, action: AsyncAction) -> None:
        with self._work._memory.commit() as draft:
            draft.create(self._work._spot("async_action", action.id), action, otherwise=AssertionError())


def start(till: Till, type_: str, *rows: dict[str, Any], campaign: str | None = None) -> None:
    action = AsyncAction.model_validate({"id": "async_1", "type": type_, "campaign_id": campaign, "created_at": AT})
    door = Door(till.stores.campaigns, Actions(till), till.stores.work, Queue())
    start_import(action, [Row(line, row) for line, row in enumerate(rows, 1)], key, door)


def key(row: Row) -> str:
    assert isinstance(row.fields, dict)
    return str(row.fields.get("code") or row.fields.get("source_id"))


def work(till: Till, store: Any = None) -> AsyncAction:
    done = carry_on("async_1", Means(store or till.stores.work, lambda _config, _count: [], READS), at=LATER)
    assert done
    return done


FIVE_OFF = {"discount": {"type": "AMOUNT", "amount_off": 500}}


def test_the_first_of_two_rows_with_one_code_wins_in_any_spelling(till: Till) -> None:
    till.voucher("TAKEN")
    rows = [{"code": code, **FIVE_OFF, "category": str(number)} for number, code in enumerate(["A", "taken", "a", "B"])]
    start(till, "VOUCHERS_IMPORT", *rows)
    done = work(till)
    assert (done.status, done.done, done.progress) == ("DONE", 4, 100)
    assert done.result == {
        "done_count": 2,
        "failed_count": 2,
        "failed": [
            {"line": 2, "details": "code: voucher taken already exists"},
            {"line": 3, "details": "code: voucher a already exists"},
        ],
    }
    assert till.find("A").category == "0"
    assert till.stores.work.rows(done) is None


def test_a_piece_that_others_were_faster_at_is_looked_at_again(till: Till) -> None:
    start(till, "VOUCHERS_IMPORT", *({"code": f"C-{number}", **FIVE_OFF} for number in range(5)))
    done = work(till, Overtaken(till.stores.work, lambda: till.voucher("C-3")))
    assert done.result
    assert (done.result["done_count"], [bad["line"] for bad in done.result["failed"]]) == (4, [4])


def test_a_campaign_counts_the_rows_that_came_in(till: Till) -> None:
    till.campaign()
    start(till, "CAMPAIGN_VOUCHERS_IMPORT", {"code": "A"}, {"code": "B", "active": 5}, {"code": "C"}, campaign="Spring")
    assert till.stores.campaigns.get("Spring").creation_status == "IN_PROGRESS"
    work(till)
    spring = till.stores.campaigns.get("Spring")
    assert (spring.vouchers_count, spring.creation_status, spring.making) == (2, "DONE", {})
    assert till.find("A").quantity == spring.quantity


def test_an_import_whose_rows_are_gone_ends_and_says_so(till: Till) -> None:
    start(till, "VOUCHERS_IMPORT", {"code": "A", **FIVE_OFF})
    action = till.stores.work.action("async_1")
    assert action
    till.stores.work.clear(action)
    done = work(till)
    assert (done.status, done.result) == (
        "FAILED",
        {"done_count": 0, "failed_count": 1, "failure": "what was sent is gone"},
    )


def test_a_customer_is_told_more_by_each_row_in_turn(till: Till) -> None:
    rows = [
        {"source_id": "ann", "name": "Ann", "metadata": {"a": 1}},
        {"source_id": "bob", "name": 5},
        {"source_id": "ann", "name": "Anne", "metadata": {"b": 2}},
        {"name": "Somebody"},
    ]
    start(till, "CUSTOMERS_IMPORT", *rows)
    done = work(till)
    assert done.result
    assert (done.result["done_count"], [bad["line"] for bad in done.result["failed"]]) == (3, [2])
    ann, somebody = till.stores.work._memory.all(till.stores.project, "customer")
    assert (ann.profile.name, ann.profile.metadata, ann.version) == ("Anne", {"a": 1, "b": 2}, 1)
    assert somebody.profile.name == "Somebody"


def test_an_order_that_is_there_is_updated_and_keeps_what_a_row_leaves_out(till: Till) -> None:
    row = {"source_id": "o-1", "amount": 1_000, "metadata": {"a": 1}, "customer": {"source_id": "ann"}}
    start(till, "ORDERS_IMPORT", row, {"source_id": "o-1", "status": "PAID", "discount_amount": 50, "amount": 900})
    done = work(till)
    assert done.result == {"done_count": 2, "failed_count": 0}
    [order] = till.stores.work._memory.all(till.stores.project, "order")
    [ann] = till.stores.work._memory.all(till.stores.project, "customer")
    assert (order.status, order.order.amount, order.discount, order.customer_id) == ("PAID", 900, 50, ann.id)
    assert order.order.metadata == {"a": 1}


@given(st.lists(st.sampled_from("ABCDEFGH"), max_size=900))
def test_lanes_hold_every_row_once_in_order_and_those_of_one_key_together(keys: list[str]) -> None:
    rows = [Row(line, {"code": code}) for line, code in enumerate(keys)]
    lanes = cut(rows, key)
    assert sorted(row.line for lane in lanes for row in lane) == list(range(len(rows)))
    assert all(lane == sorted(lane, key=lambda row: row.line) for lane in lanes)
    for code in set(keys):
        assert len([lane for lane in lanes if any(key(row) == code for row in lane)]) == 1


@given(st.integers(1, 10**6))
def test_shares_sum_to_the_total_and_none_is_idle(total: int) -> None:
    cut_up = shares(total, 99)
    assert sum(cut_up) == total
    assert 0 < min(cut_up) <= max(cut_up) <= min(cut_up) + 1


# Files

cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=8))
def test_whatever_a_spreadsheet_writes_is_read_as_it_was(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["Code", "Shelf"], *rows])
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    if not kept:
        return
    sheet = sheet_of(out.getvalue().encode("utf-8-sig"), known=VOUCHER_COLUMNS, needed=[("code",)])
    assert sheet.header == ("code", "Shelf")
    assert [row.fields for row in sheet.rows] == kept


def test_a_row_is_known_by_its_first_line() -> None:
    sheet = sheet_of(b'Code,A\r\n\r\nX,"1\n2\n3"\r\nY,\r\n', known=VOUCHER_COLUMNS, needed=[])
    assert sheet == Sheet(("code", "A"), [Row(3, ["X", "1\n2\n3"]), Row(6, ["Y", ""])])


def test_a_form_is_read_to_the_byte() -> None:
    content = b"Code\r\n--xy\r\n\n\r\x00"
    form = b'--x\r\ncontent-disposition: form-data; name="other"\r\n\r\n1\r\n' + (
        b'--x\r\nContent-Type: text/csv\r\nContent-Disposition: form-data; name="file"; filename="\xc3\xbc.csv"\r\n\r\n'
        + content.replace(b"--xy", b"--y")
        + b"\r\n--x--\r\n"
    )
    assert file_of(form, 'multipart/form-data; boundary="x"') == content.replace(b"--xy", b"--y")


@pytest.mark.parametrize(
    ("case", "cells", "fields"),
    [
        ("money is in minor units", {"discount_type": "AMOUNT", "value": "500"}, {"type": "AMOUNT", "amount_off": 500}),
        ("a new price", {"discount_type": "FIXED", "value": "5"}, {"type": "FIXED", "fixed_amount": 5}),
        (
            "an effect",
            {"discount_type": "PERCENT", "value": "5", "discount_effect": "APPLY_TO_ITEMS"},
            {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 5},
        ),
    ],
)
def test_a_value_is_what_its_type_says(case: str, cells: dict[str, str], fields: dict[str, Any]) -> None:
    assert voucher_fields(cells) == {"discount": fields}


def test_a_gift_voucher_is_worth_its_value() -> None:
    assert voucher_fields({"voucher_type": "GIFT_VOUCHER", "value": "1000"})["gift"] == {"amount": 1_000}


@pytest.mark.parametrize("cells", [{"redeemed_quantity": "1"}, {"redeemed_amount": "5"}, {"value": "5"}])
def test_what_would_change_the_worth_silently_is_refused(cells: dict[str, str]) -> None:
    with pytest.raises(InvalidPayload):
        voucher_fields(cells)


def test_an_unused_voucher_may_say_so() -> None:
    assert voucher_fields({"code": "A", "redeemed_quantity": "0"}) == {"code": "A"}


def test_every_standard_column_of_a_customer_has_its_field() -> None:
    said = customer_fields({column: column for column in CUSTOMER_COLUMNS})
    assert "metadata" not in said
    assert set(said["address"]) == {"line_1", "line_2", "postal_code", "city", "state", "country"}


def test_a_row_has_as_many_cells_as_the_header() -> None:
    assert cells_of(("a", "b"), Row(2, ["1", " "])) == {"a": "1"}
    for cells_ in (["1"], ["1", "2", "3"]):
        with pytest.raises(InvalidPayload):
            cells_of(("a", "b"), Row(2, cells_))
