"""Memory of a Lambda: the most that a function's process held, after one request and after a thousand."""

import os
import subprocess
import sys

from rich.table import Table

from infra.local import engine
from infra.local.service import free_port
from tests.benchmarks.asking import NOW, ask
from tests.benchmarks.cold_start import BARE, ENVIRONMENT

MANY = 1_000
CAMPAIGNS = f"""
from tests.benchmarks.asking import ask
for number in range({MANY}):
    body = {{"redeemables": [{{"object": "voucher", "id": f"CODE-{{number}}"}}], "order": {{"amount": 1_000}}}}
    ask("POST", "/v1/validations", body)
from shared.storage.campaigns import CampaignStore
assert len(CampaignStore._warm._kept) == {MANY}
"""
"""A code of each campaign, so that all of them are kept warm."""
PEAK = "import re; print(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])"
"""In kilobytes, on Linux. Not by getrusage: what it says of a child begins with what its parent held."""


def measure() -> Table:
    """Each case in a process of its own; what a thousand requests add to one is what would leak."""
    table = Table("memory", "MB", "× bare client", title="Memory of a Lambda (peak)", title_justify="left")
    with engine.running(free_port()) as endpoint:
        engine.connect(endpoint)
        engine.create_table(endpoint)
        os.environ.update(POWERTOOLS_LOG_LEVEL="WARNING", POWERTOOLS_SERVICE_NAME="bonbon")
        from shared.runtime import settings
        from shared.storage.access_keys import AccessKeyStore

        AccessKeyStore(settings.table()).add("proj_sandbox", "server", at=NOW, app_id="sandbox", token="sandbox-secret")
        ask("POST", "/v1/vouchers/MANY", {"discount": {"type": "AMOUNT", "amount_off": 100}})
        cases = {"bare boto3 client": BARE}
        for function, path in (("validate", "/v1/validations"), ("redeem", "/v1/redemptions")):
            body = {"redeemables": [{"object": "voucher", "id": "MANY"}], "order": {"amount": 1_000}}
            for times in (1, MANY):
                asking = f"ask('POST', {path!r}, {body!r}, times={times})"
                cases[f"{function}, {times:,} times"] = f"from tests.benchmarks.asking import ask; {asking}"
        for number in range(MANY):
            voucher = {"discount": {"type": "AMOUNT", "amount_off": 100}}
            ask("POST", "/v1/campaigns", {"name": f"Campaign {number}", "voucher": voucher})
            ask("POST", f"/v1/campaigns/Campaign%20{number}/vouchers/CODE-{number}")
        cases[f"validate, {MANY:,} campaigns"] = CAMPAIGNS
        floor = 0.0
        for name, code in cases.items():
            megabytes = _peak(code)
            floor = floor or megabytes
            table.add_row(name, f"{megabytes:.0f}", f"{megabytes / floor:.2f}")
    return table


def _peak(code: str) -> float:
    environment = {**ENVIRONMENT, **os.environ}
    said = subprocess.run(
        [sys.executable, "-c", f"{code}\n{PEAK}"], check=True, env=environment, capture_output=True, text=True
    )
    return int(said.stdout.splitlines()[-1]) / 1024
