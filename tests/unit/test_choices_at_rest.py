"""The preference centre shows what is so: where nothing comes any more, no box is ticked."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.customers import Customer, Profile
from shared.domain.post.choices import choices_of
from shared.domain.post.consents import Consent, Consents
from shared.domain.post.contact_policy import ContactPolicy
from shared.domain.post.suppressions import STRENGTH, Suppression
from tests.unit.values import AT

DAY = timedelta(days=1)
ANN = Customer(id="cust_1", profile=Profile(email="ann@example.com", phone="+353871234567"), created_at=AT)
YES: Any = [Consent(channel=it, granted=True, source="form", at=AT) for it in ("email", "sms")]


@pytest.mark.parametrize("reason", STRENGTH)
@pytest.mark.parametrize("since", [-DAY, DAY])
def test_a_channel_is_on_where_marketing_comes(reason: Any, since: timedelta) -> None:
    suppression = Suppression(channel="sms", reason=reason, at=AT + since)
    said = Consents(customer_id="cust_1").after(YES)
    shown = choices_of(ANN, said, ContactPolicy(), {"sms": suppression})
    comes = reason == "unsubscribed" and since < timedelta(0)  # a yes that was said later
    assert shown.channels == {"email": True, "sms": comes}
