"""How a brand looks."""

from shared.domain.post.brands import Brand, TextMessages
from shared.wire.answers.parts import Json, present


def brand(of: Brand) -> Json:
    said = {
        **of.model_dump(mode="json", exclude_none=True, exclude={"sms"}),
        "sms": _text_messages(of.sms),
    }
    return {name: value for name, value in said.items() if value} | {"object": "brand"}


def _text_messages(of: TextMessages) -> Json:
    prices = {country: float(price) for country, price in of.prices.items()} or None
    return present(sender_id=of.sender_id, prices=prices, currency=of.currency if prices else None)
