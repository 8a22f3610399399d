"""`bonbon serve` as an operator knows it: started, stopped by SIGTERM, started again."""

from pathlib import Path

import httpx

from infra.local.service import SANDBOX, running

MUG = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "AMOUNT", "amount_off": 1_00}, "redemption": {"quantity": 1}}


def test_a_stop_by_sigterm_ends_with_exit_0_and_loses_nothing(tmp_path: Path) -> None:
    with running(data=tmp_path) as first:
        made = httpx.post(f"{first.url}/v1/vouchers/MUG", json=MUG, headers=SANDBOX)
    with running(data=tmp_path) as second:
        found = httpx.get(f"{second.url}/v1/vouchers/MUG", headers=SANDBOX)

    assert (first.process.returncode, second.process.returncode) == (0, 0)
    assert found.json() == made.json()
