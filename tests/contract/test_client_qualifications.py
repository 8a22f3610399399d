"""The official SDK asks what a shop's page may: its client's side of qualifications."""

from types import ModuleType
from typing import Any

import pytest

from tests.builders import Shop, amount_off
from tests.contract.test_client_side import LOCAL, sdk

__all__ = ["sdk"]


@pytest.mark.drives("POST /client/v1/qualifications")
def test_the_sdk_qualifies(sdk: tuple[ModuleType, Any], shop: Shop) -> None:
    module, client = sdk
    code = shop.code(amount_off(500))
    filters = {"code": {"conditions": {"$is": [code]}}}
    asked = module.ClientQualificationsCheckEligibilityRequestBody.from_dict(
        {"order": {"amount": 2_000}, "options": {"filters": filters}}
    )
    client.api_client.set_default_header("origin", LOCAL)
    told = client.check_eligibility_client_side(asked)
    [one] = told.redeemables.data
    assert (one.id, one.order.total_amount, one.metadata) == (code, 1_500, None)
