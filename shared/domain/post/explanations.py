"""Why somebody got a message, or did not, with which of their data, and who else has it: in plain words.

It is told from what is known now: the ledger's entry, and what this names. What was deleted or changed since is told as
such, never guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.calendar.schedules import CUSTOMER, Anniversary, Holiday, Schedule
from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer
from shared.domain.post.consents import Consent, Preference
from shared.domain.post.deliveries import Channel, Delivery, Purpose
from shared.domain.post.personal import called, field_of, has
from shared.domain.post.processors import Processor
from shared.domain.post.reasons import said_of
from shared.domain.post.templates import MessageTemplate
from shared.domain.segments import Segment

Thing = Literal["customer", "schedule", "segment", "template", "campaign"]

SAID = "the message says it"
FOUND = "the occasion is found by it"
ASKED = "whom the message is for is told by it"
SENT_TO = "the message goes there"
WHEN = "it tells when a message may come"
SPOKEN = "it tells in which language"
OFTEN = "it tells whether another message may come"
BOUGHT = "the message is of no use once you have ordered"

NEVER_HANDED_OVER = ("template_failed", "no_sender", "no_webhook", "address_refused")
"""Reasons of messages that failed before anybody else had seen them."""


class Known(NamedTuple):
    """What is known of a delivery, and of what it names; None is what is there no more, or never was."""

    delivery: Delivery
    customer: Customer | None
    schedule: Schedule | None
    campaign: Campaign | None
    segments: Mapping[str, Segment]
    """The audience, with all that its filter leads to."""
    template: MessageTemplate | None
    said: frozenset[str]
    """What the template says, as paths: ``customer.first_name``."""
    consent: Consent | None
    """The word that was in force when the message was judged."""
    preferences: tuple[Preference, ...]
    processors: tuple[Processor, ...]
    home: ZoneInfo
    """The project's zone."""
    topics: Mapping[str, str] = {}
    """What the shop writes about: names by id."""


class Used(NamedTuple):
    """A piece of personal data that a message was made with."""

    field: str
    why: str

    @property
    def what(self) -> str:
        return called(self.field)


class Why(NamedTuple):
    """The answer, to whoever asks why they got a message."""

    known: Known
    used: tuple[Used, ...]
    recipients: tuple[Processor, ...]
    preferences: tuple[Preference, ...]
    """Those that mattered."""
    lost: tuple[Thing, ...]
    """What was deleted since."""
    changed: tuple[Thing, ...]
    """What was changed since, so that it may have said something else."""

    @property
    def delivery(self) -> Delivery:
        return self.known.delivery

    @property
    def audience(self) -> Segment | None:
        """The group that the message was for, as far as it is known."""
        schedule = self.known.schedule
        return self.known.segments.get(schedule.audience.segment_id) if schedule and schedule.audience else None

    @property
    def occasion(self) -> str | None:
        """What the occasion is called."""
        return _occasion(self.known)

    def sentences(self) -> list[str]:
        """The answer in English, as plain text: names in it are the shop's own words, and no markup."""
        return [*_sentences(self)]


def explained(known: Known) -> Why:
    """What can be told of a delivery."""
    used = tuple(dict.fromkeys(_used(known)))
    if known.customer:
        used = tuple(it for it in used if has(known.customer, it.field))
    channel = known.delivery.channel if handed_over(known.delivery) else None
    recipients = tuple(it for it in known.processors if it.receives(channel))
    at = judged_at(known.delivery)
    topic = topic_of(known.delivery, known.schedule)
    mattered = tuple(
        it
        for it in known.preferences
        if it.at <= at and known.delivery.purpose == "marketing"
        if it.about == "frequency" or (it.about == "topic" and topic is not None and it.topic == topic)
    )
    return Why(known, used, recipients, mattered, tuple(_lost(known)), tuple(_changed(known)))


def judged_at(delivery: Delivery) -> datetime:
    """When it was last decided whether the message may leave."""
    return delivery.contact_at or delivery.updated_at or delivery.created_at


def handed_over(delivery: Delivery) -> bool:
    """Whether somebody else may have seen the message."""
    if delivery.status == "FAILED":
        return delivery.reason not in NEVER_HANDED_OVER
    return delivery.status in ("SENDING", "SENT", "UNKNOWN")


def channels_of(delivery: Delivery, schedule: Schedule | None) -> Sequence[Channel]:
    """The channel that a message took, or those that it could have taken, in order of preference."""
    if delivery.channel:
        return (delivery.channel,)
    if delivery.asked:
        return delivery.asked.channels
    return schedule.channels if schedule else ()


def topic_of(delivery: Delivery, schedule: Schedule | None) -> str | None:
    """What a message was about, of what its customer may have declined."""
    if delivery.asked:
        return delivery.asked.topic
    return schedule.topic if schedule else None


def _used(known: Known) -> Iterator[Used]:
    delivery = known.delivery
    if handed_over(delivery):
        for path in sorted(known.said):
            root, _, below = path.partition(".")
            if root == "customer" and below:
                yield Used(field_of(below), SAID)
    if field := _celebrated(known):
        yield Used(field, FOUND)
    for segment in known.segments.values():
        for path in segment.filter or {}:
            if path not in ("junction", "segment", "segment_id"):
                yield Used(field_of(path), ASKED)
    if delivery.asked and delivery.asked.unless_ordered:
        yield Used("customer.summary.orders", BOUGHT)
    yield from _of_sending(known)


def _celebrated(known: Known) -> str | None:
    """What of somebody tells that an occasion is theirs, as far as it is known."""
    match known.schedule and not _is_another(known) and known.schedule.occasion:
        case Anniversary(attribute=attribute):
            return field_of(attribute)
        case Holiday():
            return "customer.address.country"
    return "customer.birthdate" if known.delivery.occasion == "BIRTHDAY" else None


def _of_sending(known: Known) -> Iterator[Used]:
    """What is needed to send anything at all: where to, when, in which language."""
    delivery, schedule = known.delivery, known.schedule
    address: dict[Channel | None, str] = {"email": "customer.email", "sms": "customer.phone", None: ""}
    if field := address.get(delivery.channel, "customer.id"):
        yield Used(field, SENT_TO)
    marketing = delivery.purpose == "marketing"
    if marketing or (schedule and schedule.time_zone == CUSTOMER):
        zoned = known.customer is None or known.customer.profile.time_zone
        yield Used("customer.time_zone" if zoned else "customer.address.country", WHEN)
    if marketing:
        yield Used("customer.contacts", OFTEN)
    if known.template and known.template.locales and handed_over(delivery):
        yield Used("customer.locale", SPOKEN)


def _lost(known: Known) -> Iterator[Thing]:
    delivery, schedule = known.delivery, known.schedule
    if known.customer is None:
        yield "customer"
    if delivery.schedule_id and schedule is None:
        yield "schedule"
    if schedule and schedule.audience and schedule.audience.segment_id not in known.segments:
        yield "segment"
    if delivery.template_id and known.template is None:
        yield "template"
    if delivery.campaign_id and (known.campaign is None or known.campaign.deleted):
        yield "campaign"


def _changed(known: Known) -> Iterator[Thing]:
    at = judged_at(known.delivery)
    named: dict[Thing, Sequence[Customer | Schedule | Segment | MessageTemplate | None]] = {
        "customer": [known.customer],
        "schedule": [known.schedule],
        "segment": [*known.segments.values()],
        "template": [known.template],
    }
    for thing, those in named.items():
        if any(it and it.updated_at and it.updated_at > at for it in those):
            yield thing


def _is_another(known: Known) -> bool:
    """Whether the schedule has another occasion by now than the one that this delivery was for."""
    return known.schedule is not None and known.schedule.occasion.type != known.delivery.occasion


def _occasion(known: Known) -> str | None:
    schedule = known.schedule
    if schedule is None or _is_another(known):
        return None
    return schedule.occasion.name if isinstance(schedule.occasion, Holiday) else schedule.name


# In plain words

MESSAGES: dict[Channel | None, str] = {
    "email": "e-mail",
    "sms": "text message",
    "push": "message in our app",
    "web": "message on our pages",
    None: "message",
}
BY: dict[Channel, str] = {
    "email": "by e-mail",
    "sms": "by text message",
    "push": "in our app",
    "web": "on our pages",
}
ABOUT: dict[Purpose, str] = {
    "marketing": "marketing",
    "transactional": "messages about what you have ordered or asked for",
}
THINGS: dict[Thing, str] = {
    "customer": "your profile",
    "schedule": "the plan by which it was sent",
    "segment": "the group that it was for",
    "template": "what it said",
    "campaign": "the campaign that its offer belonged to",
}


def _sentences(why: Why) -> Iterator[str]:
    known, delivery = why.known, why.delivery
    yield _outcome(known)
    if delivery.held_by and delivery.status != "DEFERRED":
        yield f"It was due on {_instant(delivery.due_at, known)}, and had to wait: {said_of(delivery.held_by)}."
    if why.audience:
        member = "" if delivery.reason == "not_in_audience" else ", and you were one of them"
        yield f"It was for those in “{why.audience.name}”{member}."
    yield from _allowed(why)
    yield from _data(why)
    if why.lost:
        yield f"This has been deleted since, so that we cannot tell you more of it: {_and(_things(why.lost))}."
    if changed := tuple(it for it in why.changed if it not in why.lost):
        yield f"This has been changed since, and we tell it as it is now: {_and(_things(changed))}."
    if not delivery.ended or handed_over(delivery):
        linked = delivery.purpose == "marketing" and delivery.channel in ("email", "sms")
        yield f"If you do not want this: {'follow the link at the end of the message, or ' if linked else ''}tell us."


def _outcome(known: Known) -> str:
    delivery, because = known.delivery, _because(known)
    its, reason = MESSAGES[delivery.channel], said_of(delivery.reason)
    on = _day(_local(delivery.sent_at or judged_at(delivery), known))
    match delivery.status:
        case "SENT":
            return f"You got this {its} on {on} {because}."
        case "UNKNOWN":
            return f"We sent you this {its} on {on} {because}; whether it reached our carrier, nobody can know."
        case "FAILED":
            return f"We wanted to send you this {its} on {on} {because}, but could not: {reason}."
        case "DROPPED":
            return f"We meant to send you a message {because}, but on {on} decided not to: {reason}."
        case "DEFERRED":
            until = _instant(delivery.until, known) if delivery.until else "later"
            return f"A message waits for you {because}, until {until}: {reason}."
    return f"We are sending you this {its} {because}."


def _because(known: Known) -> str:
    delivery, name = known.delivery, _occasion(known)
    if delivery.day is None:
        offer = f", with an offer of “{known.campaign.name}”" if known.campaign else ""
        return f"because we decided on {_day(_local(delivery.due_at, known))} to send it to you{offer}"
    today = _local(delivery.sent_at, known) == delivery.day if delivery.sent_at else False
    on = "that day" if today else f"on {_day(delivery.day)}"
    match delivery.occasion:
        case "BIRTHDAY":
            return "because it was your birthday" if today else f"because of your birthday {on}"
        case "ANNIVERSARY":
            return f"because of {_anniversary(known)}, which came round {on}"
        case "HOLIDAY":
            return f"because of {name or 'a holiday'}, {on}"
    return f"because of {f'“{name}”' if name else 'an occasion'}, {on}"


def _anniversary(known: Known) -> str:
    schedule = known.schedule
    if schedule is None or not isinstance(schedule.occasion, Anniversary):
        return "a day of yours"
    return called(field_of(schedule.occasion.attribute))


def _allowed(why: Why) -> Iterator[str]:
    known, consent = why.known, why.known.consent
    if consent:
        word = "You allowed" if consent.granted else "You said no to"
        said = f"{ABOUT[consent.purpose]} {BY[consent.channel]}"
        yield f"{word} {said} on {_day(_local(consent.at, known))} (source: {consent.source})."
    elif known.customer:
        possible = channels_of(why.delivery, known.schedule)
        where = f" {_or([BY[it] for it in possible])}" if possible else ""
        yield f"We know of no word of yours on {ABOUT[why.delivery.purpose]}{where}."
    for preference in why.preferences:
        on = f"on {_day(_local(preference.at, known))} (source: {preference.source})"
        if preference.about == "topic":
            want = "want" if preference.answer == "YES" else "do not want"
            topic = known.topics.get(preference.topic or "", preference.topic)
            yield f"You said {on} that you {want} to hear of “{topic}”."
        elif preference.answer != "ALL":
            often = {"DAILY": "a day", "WEEKLY": "a week", "MONTHLY": "a month"}.get(preference.answer, "in a while")
            yield f"You said {on} that you want to hear of us once {often} at most."


def _data(why: Why) -> Iterator[str]:
    handed = handed_over(why.delivery)
    if data := [*dict.fromkeys(it.what for it in why.used)]:
        yield f"{'It used' if handed else 'To decide that we used'} {_and(data)}."
    if not why.recipients:
        yield "Nobody but us has received data of yours for it."
        return
    who = "; ".join(f"{it.name}, which {it.purpose}" for it in why.recipients)
    yield f"Besides us, these {'received data about you for it' if handed else 'have data about you'}: {who}."


def _things(things: Sequence[Thing]) -> list[str]:
    return [THINGS[it] for it in things]


def _and(words: Sequence[str]) -> str:
    return _joined(words, "and")


def _or(words: Sequence[str]) -> str:
    return _joined(words, "or")


def _joined(words: Sequence[str], last: str) -> str:
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final


def _local(at: datetime, known: Known) -> date:
    return at.astimezone(_zone(known)).date()


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _instant(at: datetime, known: Known) -> str:
    local = at.astimezone(_zone(known))
    return f"{_day(local.date())} at {local:%H:%M}"


def _zone(known: Known) -> ZoneInfo:
    return known.customer.residence.zone(known.home) if known.customer else known.home
