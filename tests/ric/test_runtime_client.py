"""The handlers under AWS's own runtime client answer what `bonbon serve` answers: a checkout's story, told to both."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import amount_off, checkout, lock, percent_off
from tests.ric.conftest import Cloud, Said, alike
from tests.ric.runtime import Failed, Lambdas

ODD = "naïve 🍬 \u202e İ \u2028 \u00a0"
CAMPAIGN = {
    "name": "Spring 🍬",
    "type": "AUTO_UPDATE",
    "metadata": {"note": ODD},
    "voucher": {
        "discount": percent_off(12.5),
        "redemption": {"quantity": 1},
        "code_config": {"pattern": "AUTO-########"},
    },
}
ANN = {"source_id": "ann", "name": "Ánn O'Neill", "metadata": {"club": "VIP"}}
ORDER = {"source_id": "order-1", "items": [{"product_id": "mug", "quantity": 3, "price": 1_111}]}

Step = tuple[str, str, Any]

STORY: tuple[Step, ...] = (
    ("a campaign is made", "POST /v1/campaigns", CAMPAIGN),
    ("its name is taken", "POST /v1/campaigns", CAMPAIGN),
    ("a code of it is issued", "POST /v1/publications", {"campaign": {"name": "Spring 🍬"}, "customer": ANN}),
    ("an odd code is made", "POST /v1/vouchers/ÇAY%20%2B%201", {"discount": amount_off(500), "metadata": {"a": ODD}}),
    (
        "a single-use code is made",
        "POST /v1/vouchers/ONCE",
        {"discount": amount_off(99), "redemption": {"quantity": 1}},
    ),
    ("the odd code is found in another case", "GET /v1/vouchers/%20çay%20%2B%201", None),
    ("two are validated", "POST /v1/validations", checkout("ONCE", "çay + 1", order=ORDER, customer=ANN)),
    ("one is held", "POST /v1/validations", checkout("ONCE", order=ORDER, session=lock("till-1"))),
    ("another may not hold it", "POST /v1/validations", checkout("ONCE", session=lock("till-2"))),
    ("both are redeemed", "POST /v1/redemptions", checkout("ONCE", "çay + 1", order=ORDER, session=lock("till-1"))),
    ("a second time is refused", "POST /v1/redemptions", checkout("ONCE")),
    ("an unknown code is refused", "POST /v1/redemptions", checkout("NEVER-HEARD-OF")),
    ("a stack is not rolled back by half", "POST /v1/redemptions/{redemption}/rollback", None),
    ("it is rolled back whole", "POST /v1/redemptions/{parent}/rollbacks?reason=too%20late%20🍬", {}),
    ("but once", "POST /v1/redemptions/{parent}/rollbacks", {}),
    ("and may be redeemed again", "POST /v1/redemptions", checkout("once ", amount=5_000)),
    ("everything is told", "GET /v1/vouchers/ONCE/redemption", None),
    ("a page of it", "GET /v1/redemptions?limit=1", None),
    ("a field is wrong", "POST /v1/redemptions", checkout("ONCE", order={"amount": -1})),
    ("bytes are no text", "POST /v1/redemptions", b"\xff\xfe{}"),
    ("a body that only Base64 can carry is a file's", "POST /v1/vouchers/FILE", b'{"metadata": "\xc3\x28"}'),
    ("half a surrogate is no text", "POST /v1/vouchers/HALF", b'{"metadata": {"a": "\\ud800"}}'),
    ("a limit is out of range", "GET /v1/vouchers?limit=101", None),
    ("a voucher is switched off", "POST /v1/vouchers/ONCE/disable", None),
    ("deleted", "DELETE /v1/vouchers/ONCE?force=true", None),
    ("and gone", "GET /v1/vouchers/ONCE", None),
    ("a verb is wrong", "PATCH /v1/vouchers", None),
    ("a path is none", "GET /v1/nothing%20🍬", None),
)


def test_the_same_story_is_answered_alike(cloud: Cloud, local: Callable[..., Said]) -> None:
    lives: list[dict[str, str]] = [{}, {}]
    for case, what, body in STORY:
        said = [
            ask(*request(what.format(**life) if life else what, body))
            for ask, life in zip((cloud.ask, local), lives, strict=True)
        ]
        assert alike(said[0]) == alike(said[1]), case
        for answer, life in zip(said, lives, strict=True):
            if parent := (answer.body or {}).get("parent_redemption"):
                life |= {"parent": parent["id"], "redemption": answer.body["redemptions"][0]["id"]}


def request(what: str, body: Any) -> tuple[str, str, bytes]:
    method, _, path = what.partition(" ")
    ascii_path = "".join(it if it.isascii() else "".join(f"%{byte:02X}" for byte in it.encode()) for it in path)
    return method, ascii_path, body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()


def test_a_repetition_gets_the_first_answer_again(cloud: Cloud) -> None:
    body = json.dumps({"discount": amount_off(1), "metadata": {"a": ODD}}).encode()
    first, again = (cloud.ask("POST", "/v1/vouchers", body, idempotency_key="one") for _ in range(2))
    other = cloud.ask("POST", "/v1/vouchers", b"{}", idempotency_key="one")
    assert (first.status, again) == (200, first)
    assert (other.status, other.body["key"]) == (409, "idempotency_key_conflict")


def test_the_worker_makes_codes_in_the_time_that_its_context_tells(cloud: Cloud) -> None:
    campaign = {**CAMPAIGN, "name": "Many", "vouchers_count": 20}
    made = cloud.ask("POST", "/v1/campaigns", json.dumps(campaign).encode())
    assert made.body["vouchers_generation_status"] == "IN_PROGRESS"
    # Less is left than the worker keeps in reserve: it hands over to the next run, which has all its time.
    assert cloud.work(seconds=15) == {"batchItemFailures": []}
    assert cloud.ask("GET", "/v1/campaigns/Many").body["vouchers_generation_status"] == "IN_PROGRESS"
    assert cloud.work(seconds=300) == {"batchItemFailures": []}
    told = cloud.ask("GET", "/v1/campaigns/Many").body
    assert (told["vouchers_generation_status"], told["vouchers_count"]) == ("DONE", 20)


@pytest.mark.parametrize("worker", ["generate", "fan_out", "deliver"])
def test_a_message_that_cannot_be_read_goes_back_to_the_queue(cloud: Cloud, worker: str) -> None:
    record = {"messageId": "m-1", "receiptHandle": "r-1", "body": "{", "eventSource": "aws:sqs", "attributes": {}}
    assert cloud.lambdas.invoke(worker, {"Records": [record]}) == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}


def test_a_tick_takes_its_instant_from_the_event(cloud: Cloud) -> None:
    assert cloud.lambdas.invoke("tick", {"at": "2026-03-17T08:00:00Z"}) is None
    [told] = [line for line in cloud.lambdas.log() if line["message"] == "ticked"]
    assert (told["at"], told["runs"], told["waiting"]) == ("2026-03-17T08:00:00.000Z", 0, 0)


def test_what_a_handler_raises_is_told_to_aws_and_the_next_event_is_answered(cloud: Cloud) -> None:
    with pytest.raises(Failed) as failed:
        cloud.lambdas.invoke("unknown", {"no": "event of an API"})
    assert failed.value.type == "KeyError"
    assert cloud.ask("GET", "/v1/nothing").status == 404


def test_a_table_that_is_away_is_a_failure_in_the_contracts_words(cloud: Cloud, tmp_path: Path) -> None:
    astray = Lambdas({**cloud.lambdas.environment, "TABLE_NAME": "no-such-table"}, tmp_path)
    try:
        said = Cloud(astray, cloud.sqs, cloud.queue).ask("GET", "/v1/vouchers/ANY")
    finally:
        astray.close()
    assert (said.status, said.body["code"], said.body["key"]) == (500, 500, "internal_error")
    [line] = [it for it in astray.log() if it["level"] == "ERROR"]
    assert line["service_error"] == "ResourceNotFoundException"
    assert line["request_id"] == said.body["request_id"]


def test_the_log_is_json_and_names_neither_codes_nor_people(cloud: Cloud) -> None:
    lines = json.dumps(cloud.lambdas.log(), ensure_ascii=False)
    assert len(cloud.lambdas.log()) >= len(STORY)
    for private in ("ONCE", "ÇAY", "ann", "O'Neill", "sandbox-secret", "order-1", "AUTO-"):
        assert private not in lines
