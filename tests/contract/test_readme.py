"""What the README says, a stranger can type."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from infra.local.service import running

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_calls_of_the_readme_do_what_they_say() -> None:
    checkout, calendar = re.findall(r"every line of this block.*?```sh\n(.*?)```", README, re.DOTALL)
    with running() as service:
        # Each answer on a line of its own, and a failed call ends the script.
        quiet = "curl() { command curl --silent --show-error --fail --write-out '\\n' \"$@\"; }\nset -e\n"
        said = subprocess.run(
            ["bash", "-c", quiet + checkout + calendar],
            env={**os.environ, "URL": service.url},
            capture_output=True,
            text=True,
            check=True,
        )
    told = [json.loads(line) for line in said.stdout.splitlines()]
    of_the_calendar(*told[8:])
    campaign, publication, voucher, validation, redemption, history, members, why_not = told[:8]
    assert (campaign["name"], campaign["active"]) == ("Spring", True)
    assert publication["voucher"]["campaign"] == "Spring"
    assert publication["customer"]["source_id"] == "ann"
    assert voucher["code"] == "HELLO"
    assert (validation["valid"], validation["order"]["total_amount"]) == (True, 1_500)
    assert redemption["order"]["total_amount"] == 1_500
    assert redemption["redemptions"][0]["voucher"]["redemption"]["redeemed_quantity"] == 1
    assert [entry["status"] for entry in history["redemptions"]] == ["SUCCEEDED"]
    assert members["validation_rules_assignments"]["total"] == 1
    [explained] = why_not["explanation"]
    assert [reason["message"] for reason in explained["reasons"]] == ["Spend more than $100"]
    rules = explained["rules"][0]["rules"][0]["rules"]
    assert [(it["name"], it["saw"], it["passed"]) for it in rules] == [
        ("customer.metadata", "VIP", True),
        ("order.amount", 10_000, False),
        ("redemption.count.per_customer", 1, True),
    ]


def of_the_calendar(*told: dict[str, Any]) -> None:
    of_one_by_hand(*told[10:])
    march, ann, consents, template, schedule, preview, clock, outbox, ledger, runs = told[:10]
    assert march["now"] == "2027-03-01T12:00:00.000Z"
    assert ann["time_zone"] == "Europe/Dublin"
    assert [it["granted"] for it in consents["consents"]] == [True]
    assert schedule["templates"] == {"email": template["id"]}
    hour = {"time_zone": "Europe/Dublin", "local": "2027-03-17T09:00:00", "at": "2027-03-17T09:00:00.000Z", "due": 1}
    assert [(it["day"], it["times"]) for it in preview["runs"]] == [("2027-03-17", [hour])]
    assert clock["now"] == "2027-03-17T09:00:00.000Z"
    [mail] = outbox["messages"]
    assert (mail["to"], mail["subject"], mail["at"]) == ("ann@example.com", "Happy birthday, Ann", clock["now"])
    assert " is yours until 31 March. No more of these: http://127.0.0.1:" in mail["body"]
    [delivery] = ledger["deliveries"]
    assert (delivery["status"], mail["body"].split()[0]) == ("SENT", delivery["voucher"]["code"])
    assert [(it["day"], it["due"], it["sent"]) for it in runs["runs"]] == [("2027-03-17", 1, 1)]


def of_one_by_hand(*told: dict[str, Any]) -> None:
    why, waits, answered, ledger = told
    assert why["because"]["occasion"]["type"] == "BIRTHDAY"
    assert any("because it was your birthday" in sentence for sentence in why["sentences"])
    assert (waits["status"], waits["reason"], waits["until"]) == (
        "DEFERRED",
        "frequency_cap",
        "2027-03-18T08:00:00.000Z",  # the next day, when the quiet hours end
    )
    assert answered["response"]["response"] == "ACCEPTED"
    assert {it["id"]: (it["status"], it.get("reason")) for it in ledger["deliveries"]}[waits["id"]] == (
        "DROPPED",
        "accepted",
    )
