"""What the README says, a stranger can type."""

import json
import os
import re
import subprocess
from pathlib import Path

from infra.local.service import running

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_calls_of_the_readme_do_what_they_say() -> None:
    [block] = re.findall(r"every line of this block.*?```sh\n(.*?)```", README, re.DOTALL)
    with running() as service:
        # Each answer on a line of its own, and a failed call ends the script.
        quiet = "curl() { command curl --silent --show-error --fail --write-out '\\n' \"$@\"; }\nset -e\n"
        said = subprocess.run(
            ["bash", "-c", quiet + block],
            env={**os.environ, "URL": service.url},
            capture_output=True,
            text=True,
            check=True,
        )
    told = map(json.loads, said.stdout.splitlines())
    campaign, publication, voucher, validation, redemption, history, members, why_not = told
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
