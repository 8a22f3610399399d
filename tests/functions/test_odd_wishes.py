"""Wishes that are odd but legal, and what becomes of them."""

import json
from datetime import timedelta

import pytest

from shared.domain.ids import code_hash
from shared.runtime import settings
from shared.storage.keys import Key
from tests.functions.conftest import Functions
from tests.functions.test_races_in_one_request import ONCE, body

PROJECT = "proj_sandbox"


def test_a_lapsed_hold_is_left_to_who_needs_its_place_and_never_to_a_broom(functions: Functions) -> None:
    functions.call("POST", "/v1/vouchers/ODD-1", ONCE)
    lock = {"type": "LOCK", "key": "s", "ttl": 1, "ttl_unit": "SECONDS"}
    functions.call("POST", "/v1/validations", body("ODD-1", session=lock))
    hold = settings.table().get(Key.hold(PROJECT, code_hash(PROJECT, "ODD-1"), "s"))
    assert hold
    assert "expires_at" not in hold, "TTL would remove the hold and leave it counted"
    functions.now += timedelta(days=3)
    try:
        assert functions.call("POST", "/v1/validations", body("ODD-1"))[1]["valid"] is True
    finally:
        functions.now -= timedelta(days=3)


def test_codes_minted_in_one_publication_are_different_codes(functions: Functions) -> None:
    config = {"code_config": {"pattern": "ODD-##", "charset": "0123456789"}}
    made = {"name": "Odd 2", "type": "AUTO_UPDATE", "voucher": ONCE | config}
    assert functions.call("POST", "/v1/campaigns", made)[0] == 200
    wish = {"campaign": {"name": "Odd 2", "count": 20}, "customer": {"source_id": "odd"}}
    status, said = functions.call("POST", "/v1/publications", wish)
    assert status == 200
    assert len(set(said["vouchers"])) == 20


@pytest.mark.parametrize(
    ("case", "config", "path"),
    [
        ("a space among the letters", {"charset": "A "}, "code_config: charset"),
        ("chance in a prefix", {"prefix": "NO#1-"}, "code_config.prefix"),
        ("an empty pattern", {"pattern": ""}, "code_config.pattern"),
        ("codes that begin like ids", {"prefix": "v_"}, "code_config"),
    ],
)
def test_codes_that_could_not_be_typed_or_counted_are_refused(
    functions: Functions, case: str, config: dict[str, object], path: str
) -> None:
    status, said = functions.call("POST", "/v1/vouchers", ONCE | {"code_config": config})
    assert (status, said["key"]) == (400, "invalid_payload")
    assert said["details"].startswith(path)


def test_metadata_that_outgrows_an_item_piece_by_piece_is_refused(functions: Functions) -> None:
    functions.call("POST", "/v1/vouchers/ODD-3", ONCE)
    pieces = [{"metadata": {f"k{number}": "x" * 40_000}} for number in range(2)]
    assert [functions.call("PUT", "/v1/vouchers/ODD-3", piece)[0] for piece in pieces] == [200, 400]
    assert list(functions.call("GET", "/v1/vouchers/ODD-3")[1]["metadata"]) == ["k0"]


def test_a_turkish_code_in_a_browsers_small_letters_is_that_code(functions: Functions) -> None:
    functions.call("POST", "/v1/vouchers/ODDII20", ONCE)
    assert functions.call("POST", "/v1/validations", body("ODDİİ20".lower()))[1]["valid"] is True


def test_a_change_keeps_dates_in_order(functions: Functions) -> None:
    functions.call("POST", "/v1/vouchers/ODD-4", ONCE | {"start_date": "2026-03-01T00:00:00Z"})
    status, said = functions.call("PUT", "/v1/vouchers/ODD-4", {"expiration_date": "2026-02-01T00:00:00Z"})
    assert (status, said["details"]) == (400, "expiration_date: expiration_date must lie after start_date")
    assert "expiration_date" not in functions.call("GET", "/v1/vouchers/ODD-4")[1]


def test_an_action_that_a_run_had_no_time_for_is_announced_anew(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions import generate

    sent: list[str] = []
    functions.call("POST", "/v1/campaigns", {"name": "Odd 5", "voucher": ONCE})
    action = functions.call("POST", "/v1/campaigns/Odd%205/vouchers?vouchers_count=5")[1]["async_action_id"]
    monkeypatch.setattr(settings.queue(), "send", lambda _project, id_: sent.append(id_))
    times = {"ApproximateFirstReceiveTimestamp": "1773734400000", "SentTimestamp": "1773734400000"}
    record = {
        "messageId": "1",
        "receiptHandle": "1",
        "body": json.dumps({"project": PROJECT, "action_id": action}),
        "attributes": {**times, "ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn",
        "awsRegion": "us-east-1",
    }

    class OutOfTime:
        def get_remaining_time_in_millis(self) -> int:
            return 10_000

    assert generate.handler({"Records": [record]}, OutOfTime()) == {"batchItemFailures": []}
    assert sent == [action]
