"""A preview: a message as it would be, and what it would cost as a text message."""

from decimal import Decimal
from typing import NamedTuple

from shared.domain.post.deliveries import Message


class Cost(NamedTuple):
    amount: Decimal
    currency: str


class Texted(NamedTuple):
    """What a text message comes to."""

    encoding: str
    """``GSM-7`` or ``UCS-2``."""
    characters: int
    """As they are counted: septets, or units of 16 bits."""
    parts: int
    cost: Cost | None
    """None where nobody has said the price of the country."""


class Preview(NamedTuple):
    message: Message
    """``to`` is empty if its channel has no address of the customer."""
    locale: str | None
    """In which language it was asked for."""
    language: str | None
    """The one of the template's that was chosen; None of its own words."""
    texted: Texted | None
    """Of a text message."""
