"""What a message says to one customer: a template's words in their language, with the facts filled in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.delivery import markup
from shared.delivery.wording import filled_in, nameless, what_failed, wrong_with
from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer
from shared.domain.errors import InvalidPayload
from shared.domain.post.deliveries import Channel, Message, NeverTaken
from shared.domain.post.templates import MessageTemplate, refuse_misshapen
from shared.domain.vouchers import Voucher

Facts = dict[str, Any]

LONGEST_SMS = 1_600
"""Characters that SNS takes."""
SAMPLE: Facts = {
    "customer": {
        "id": "cust_0123456789abcdef",
        "source_id": "ann",
        "name": "Ann O'Neill",
        "first_name": "Ann",
        "email": "ann@example.com",
        "phone": "+353871234567",
        "locale": "en-IE",
        "birthdate": "1990-03-17",
        "address": {"city": "Cork", "country": "IE"},
        "metadata": {},
    },
    "voucher": {
        "code": "ANN-0123456789",
        "type": "DISCOUNT_VOUCHER",
        "discount": {"type": "AMOUNT", "amount_off": 2_000, "percent_off": 20, "fixed_amount": 1_000},
        "gift": {"amount": 2_000, "balance": 2_000},
        "start_date": "2026-03-17T00:00:00+00:00",
        "expiration_date": "2026-03-18T23:59:59+00:00",
        "metadata": {},
    },
    "campaign": {"name": "Birthdays", "description": "For everybody", "metadata": {}},
    "occasion": {"type": "BIRTHDAY", "name": "Birthday", "day": "2026-03-17", "years": 36},
    "unsubscribe_url": "https://shop.example/u/0",
}
"""What a template is tried with when it is saved."""


def facts_of(
    customer: Customer,
    voucher: Voucher,
    campaign: Campaign | None,
    occasion: Mapping[str, Any],
    unsubscribe_url: str | None,
    *,
    home: ZoneInfo,
) -> Facts:
    """What a template may say; instants are on the customer's own clock, ``home`` is the project's zone."""
    known = customer.profile.model_dump(mode="json", exclude={"id", "birthday", "description", "time_zone"})
    name = " ".join((customer.profile.name or "").split())
    zone = customer.residence.zone(home)
    both = (voucher, campaign) if campaign else (voucher,)
    starts = [it.start_date for it in both if it.start_date]
    ends = [it.expiration_date for it in both if it.expiration_date]
    discount = voucher.discount or (campaign.discount if campaign else None)
    return {
        "customer": {
            **known,
            "id": customer.id,
            "name": name or None,
            "first_name": name.partition(" ")[0] or None,
            "birthdate": customer.born and customer.born.isoformat(),
            "address": known["address"] or {},
            "metadata": known["metadata"] or {},
        },
        "voucher": {
            "code": voucher.code,
            "type": voucher.type,
            "category": voucher.category,
            "discount": discount.model_dump(mode="json", exclude_none=True) if discount else None,
            "gift": {"amount": voucher.income, "balance": voucher.balance} if voucher.gift else None,
            "start_date": _on_the_clock(max(starts, default=None), zone),
            "expiration_date": _on_the_clock(min(ends, default=None), zone),
            "metadata": voucher.metadata,
        },
        "campaign": {"name": campaign.name, "description": campaign.description, "metadata": campaign.metadata}
        if campaign
        else {},
        "occasion": dict(occasion),
        "unsubscribe_url": unsubscribe_url,
    }


def written(template: MessageTemplate, *, channel: Channel, to: str, locale: str | None, facts: Facts) -> Message:
    """The message that a template makes of facts, in the language that ``locale`` asks for.

    Raises:
        NeverTaken: ``template_failed``, if it cannot be rendered.
    """
    words = template.chosen(locale)
    try:
        subject, text, html = _written(words.subject, words.body, _named(facts, words.nameless))
    except Exception as error:
        raise NeverTaken("template_failed") from error
    return Message(channel, to, subject, text, html, facts.get("unsubscribe_url") if channel == "email" else None)


def refuse_unwritable(template: MessageTemplate) -> None:
    """Raise for a template of which no message could be made: tried here, lest it fail at somebody's birthday.

    Raises:
        InvalidPayload: naming the path, and the line.
    """
    refuse_misshapen(template)
    for path, subject, body in template.every():
        mjml = markup.is_mjml(body)
        if body.lstrip().startswith("<") and not (mjml and template.channel == "email"):
            raise InvalidPayload(
                f"{path}body: " + ("is plain text" if mjml else "is MJML, from <mjml> on, or plain text")
            )
        for field, source, marked in (("subject", subject, False), ("body", body, mjml)):
            if wrong := wrong_with(source, markup=marked):
                raise InvalidPayload(f"{path}{field}: {wrong}")
        try:
            _, text, _ = _written(subject, body, SAMPLE)
        except markup.Unparsable as error:
            raise InvalidPayload(f"{path}body: {error}") from None
        except Exception as error:  # noqa: BLE001 - whatever it was, no message could be written
            raise InvalidPayload(f"{path}body: {what_failed(error)}") from None
        if template.channel == "sms" and len(text) > LONGEST_SMS:
            raise InvalidPayload(f"{path}body: {len(text)} characters are more than a text message has, {LONGEST_SMS}")


def _written(subject: str, body: str, facts: Facts) -> tuple[str, str, str | None]:
    """Subject, text and HTML; none of the last where the body is plain."""
    heading = _one_line(filled_in(subject, facts, markup=False))
    if not markup.is_mjml(body):
        return heading, filled_in(body, facts, markup=False).strip(), None
    html = markup.html_of(filled_in(body, facts, markup=True))
    return heading, markup.text_of(html), html


def _named(facts: Facts, called: str) -> Facts:
    nobody = nameless(called)
    names = {name: facts["customer"].get(name) or nobody for name in ("name", "first_name")}
    return {**facts, "customer": {**facts["customer"], **names}}


def _one_line(text: str) -> str:
    """A header's value: whatever a name holds, it begins no header of its own."""
    return " ".join(text.split())


def _on_the_clock(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None
