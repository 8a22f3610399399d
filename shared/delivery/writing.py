"""What a message says to one customer: a template's words in their language, with the facts filled in."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer
from shared.domain.deliveries import Carried, Message
from shared.domain.templates import MessageTemplate
from shared.domain.vouchers import Voucher

Facts = dict[str, Any]


def facts_of(
    customer: Customer,
    voucher: Voucher,
    campaign: Campaign | None,
    occasion: Mapping[str, Any],
    unsubscribe_url: str,
    *,
    home: ZoneInfo,
) -> Facts:
    """What a template may say; instants are on the customer's own clock, ``home`` is the project's zone."""
    raise NotImplementedError


def written(template: MessageTemplate, *, channel: Carried, to: str, locale: str | None, facts: Facts) -> Message:
    """The message that a template makes of facts, in the language that ``locale`` asks for.

    Raises:
        NeverTaken: ``template_failed``, if it cannot be rendered.
    """
    raise NotImplementedError
