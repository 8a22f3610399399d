"""What a message says to one customer: a template's words in their language, with the facts filled in."""

import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from shared.delivery import markup
from shared.delivery.branding import Footer, branded, footer_of
from shared.delivery.wording import filled_in, nameless, what_failed, wrong_with
from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer
from shared.domain.errors import InvalidPayload
from shared.domain.post.brands import Brand, Colors
from shared.domain.post.deliveries import Channel, Message, NeverTaken, Purpose
from shared.domain.post.templates import Chosen, MessageTemplate, refuse_misshapen
from shared.domain.vouchers import Voucher

Facts = dict[str, Any]

LONGEST_SMS = 1_600
"""Characters that SNS takes."""
LONGEST_TITLE, LARGEST_NOTE = 200, 4_096
"""Characters of a title, and bytes of a text, that are for an app or a page: more than a phone shows, and hardly more
than the services take that bring it there.
"""
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
SAMPLE_BRAND = Brand(
    name="Shop",
    reply_to="help@shop.example",
    logo_url="https://shop.example/logo.png",
    colors=Colors(primary="#0b5fff", background="#ffffff", text="#1a1a1a"),
    footer="Made with care.",
    postal_address="1 Quay Street, Cork",
)


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


def written(
    template: MessageTemplate,
    *,
    channel: Channel,
    to: str,
    locale: str | None,
    facts: Facts,
    brand: Brand = Brand(),  # noqa: B008 - it never changes
    purpose: Purpose = "marketing",
    own_sender: str = "",
) -> Message:
    """The message that a template makes of facts, in the language that ``locale`` asks for, as the brand looks.

    An e-mail ends as its brand's do; a marketing one with the link to unsubscribe, unless its template shows it.

    Raises:
        NeverTaken: ``template_failed``, if it cannot be rendered.
    """
    words = template.chosen(locale)
    try:
        subject, text, html = _written(words, facts, brand, channel, purpose)
    except Exception as error:
        raise NeverTaken("template_failed") from error
    return Message(
        channel,
        to,
        subject,
        text,
        html,
        unsubscribe_url=facts.get("unsubscribe_url") if channel != "sms" else None,
        sender=brand.sender_of(channel, own_sender),
        reply_to=brand.reply_to if channel == "email" else None,
        purpose=purpose,
    )


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
        words = Chosen(subject, body, None)
        try:
            if mjml:  # alone at first, so that what is wrong with it is told of its own words
                markup.html_of(filled_in(body, {**SAMPLE, "brand": SAMPLE_BRAND.facts(None)}, markup=True))
            heading, text, _ = _written(words, SAMPLE, SAMPLE_BRAND, template.channel, "marketing")
        except markup.Unparsable as error:
            raise InvalidPayload(f"{path}body: {error}") from None
        except Exception as error:  # noqa: BLE001 - whatever it was, no message could be written
            raise InvalidPayload(f"{path}body: {what_failed(error)}") from None
        if template.channel in ("push", "web"):
            _refuse_long(path, heading, text)
        if template.channel == "sms" and len(text) > LONGEST_SMS:
            raise InvalidPayload(f"{path}body: {len(text)} characters are more than a text message has, {LONGEST_SMS}")


def _refuse_long(path: str, title: str, text: str) -> None:
    if len(title) > LONGEST_TITLE:
        raise InvalidPayload(f"{path}subject: {len(title)} characters are more than a title has, {LONGEST_TITLE}")
    if (size := len(text.encode())) > LARGEST_NOTE:
        raise InvalidPayload(
            f"{path}body: {size} bytes are more than a message in an app or a page has, {LARGEST_NOTE}"
        )


def _written(
    words: Chosen, facts: Facts, brand: Brand, channel: Channel, purpose: Purpose
) -> tuple[str, str, str | None]:
    """Subject, text and HTML; none of the last where the body is plain."""
    said = {**_named(facts, words.nameless), "brand": brand.facts(words.language)}
    heading = _one_line(filled_in(words.subject, said, markup=False))
    marked = markup.is_mjml(words.body)
    body = filled_in(words.body, said, markup=marked)
    if channel != "email":
        return heading, body.strip(), None
    url = facts.get("unsubscribe_url") if purpose == "marketing" else None
    footer = footer_of(brand, words.language, url)
    if not marked:
        return heading, (footer.without_links() if _tells(body, url) else footer).below(body.strip()), None
    return heading, *_marked_up(body, brand, footer, url, words.language)


def _marked_up(body: str, brand: Brand, footer: Footer, url: str | None, language: str | None) -> tuple[str, str]:
    """Text and HTML of MJML. Only what was rendered shows whether it has a link to unsubscribe: one in a comment, or in
    what is hidden, is none.
    """
    ends = (footer.without_links(), footer) if url and _tells(unescape(body), url) else (footer,)
    for end in ends:
        html = markup.html_of(branded(body, brand, end, language=language))
        plain = markup.text_of(html)
        if url is None or any(_tells(link, url) for link in plain.links):
            return plain.text, html
    raise markup.Unparsable("has no place for the link to unsubscribe: it wants an <mj-body> … </mj-body>")


def _tells(text: str, url: str | None) -> bool:
    """Whether it holds this link, and not just the beginning of another."""
    return bool(url) and re.search(re.escape(url or "") + r"(?![\w-])", text) is not None


def _named(facts: Facts, called: str) -> Facts:
    nobody = nameless(called)
    names = {name: facts["customer"].get(name) or nobody for name in ("name", "first_name")}
    return {**facts, "customer": {**facts["customer"], **names}}


def _one_line(text: str) -> str:
    """A header's value: whatever a name holds, it begins no header of its own."""
    return " ".join(text.split())


def _on_the_clock(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None
