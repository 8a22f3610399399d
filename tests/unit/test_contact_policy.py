"""The one gate: a table of cases that reads as the policy, and the laws that it keeps whatever is asked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.post.consents import Consent, Consents
from shared.domain.post.contact_policy import (
    LONGEST_WAIT,
    Blackout,
    Contact,
    ContactPolicy,
    Contacts,
    Defer,
    Drop,
    FrequencyCap,
    QuietHours,
    Send,
    judge,
)
from shared.domain.post.deliveries import Channel, Purpose

DUBLIN, APIA, HAVANA = ZoneInfo("Europe/Dublin"), ZoneInfo("Pacific/Apia"), ZoneInfo("America/Havana")
BOTH = {"email": "ann@example.com", "sms": "+353861234567"}
CHANNELS: tuple[Channel, ...] = ("email", "sms", "push", "web")


def allowing(*channels: Channel, purpose: Purpose = "marketing") -> Consents:
    said = (Consent(channel=it, purpose=purpose, granted=True, source="form", at=at("2026-01-01")) for it in channels)
    return Consents(customer_id="cust_1").after(said)


def at(wall: str, zone: ZoneInfo = DUBLIN, *, fold: int = 0) -> datetime:
    """An instant by the clocks of a zone."""
    return datetime.fromisoformat(wall).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def policy(
    *caps: tuple[str, int, str], quiet: tuple[str, str] | None = None, out: tuple[str, str] | None = None
) -> ContactPolicy:
    return ContactPolicy(
        frequency_caps=tuple(FrequencyCap(channel=channel, max=most, period=period) for channel, most, period in caps),
        quiet_hours=quiet and QuietHours.model_validate({"from": quiet[0], "to": quiet[1]}),
        blackouts=(Blackout.model_validate({"from": out[0], "to": out[1]}),) if out else (),
    )


def sent(*walls: str, channel: Channel = "email", purpose: Purpose = "marketing") -> Contacts:
    return Contacts(sent=tuple(Contact(at=at(it), channel=channel, purpose=purpose) for it in walls))


def judged(now: datetime, settled: ContactPolicy, **changes: Any) -> Send | Defer | Drop:
    """What becomes of marketing in Dublin to somebody who may be written to on both channels."""
    facts: dict[str, Any] = {
        "channels": ("email", "sms"),
        "purpose": "marketing",
        "addresses": BOTH,
        "consents": allowing("email", "sms"),
        "contacts": Contacts(),
        "zone": DUBLIN,
        **changes,
    }
    return judge(**facts, policy=settled, at=now)


def wait(wall: str, reason: str) -> Defer:
    return Defer(at(wall), reason)


ANYTIME = policy()
NOON = at("2026-03-17T12:00")
EMAIL, TEXT = Send("email"), Send("sms")


@pytest.mark.parametrize(
    ("case", "changes", "verdict"),
    [
        ("the first channel that there is an address and consent for", {}, EMAIL),
        ("in the order of preference", {"channels": ("sms", "email")}, TEXT),
        ("no e-mail address: the next channel", {"addresses": {"sms": BOTH["sms"]}}, TEXT),
        ("an empty address is none", {"addresses": {**BOTH, "email": ""}}, TEXT),
        ("no consent to e-mail: the next channel", {"consents": allowing("sms")}, TEXT),
        ("no address at all", {"addresses": {}}, Drop("no_address")),
        ("an address on a channel that is not asked for", {"channels": ("push",)}, Drop("no_address")),
        ("who has said nothing has allowed nothing", {"consents": allowing()}, Drop("no_consent")),
        ("consent without address, address without consent", {"consents": allowing("push")}, Drop("no_consent")),
        (
            "consent to one purpose is none to another",
            {"consents": allowing("email", "sms", purpose="transactional")},
            Drop("no_consent"),
        ),
        ("transactional needs consent, too", {"purpose": "transactional"}, Drop("no_consent")),
        (
            "transactional with consent",
            {"purpose": "transactional", "consents": allowing("email", purpose="transactional")},
            EMAIL,
        ),
    ],
)
def test_who_may_be_written_to_and_on_which_channel(
    case: str, changes: dict[str, Any], verdict: Send | Defer | Drop
) -> None:
    assert judged(NOON, ANYTIME, **changes) == verdict, case


NIGHT = policy(quiet=("21:00", "08:00"))
DAILY = policy(("email", 1, "DAY"))
WEEKLY = policy(("email", 1, "WEEK"))
CLOSED = policy(("email", 0, "MONTH"))
CHRISTMAS = policy(out=("2026-12-24", "2026-12-26"))
RECEIPT = sent("2026-03-17T09:00", purpose="transactional")


@pytest.mark.parametrize(
    ("case", "settled", "now", "contacts", "verdict"),
    [
        ("nine in the morning", NIGHT, "2026-03-17T09:00", sent(), EMAIL),
        ("late", NIGHT, "2026-03-17T22:30", sent(), wait("2026-03-18T08:00", "quiet_hours")),
        ("after midnight", NIGHT, "2026-03-18T00:10", sent(), wait("2026-03-18T08:00", "quiet_hours")),
        ("the first quiet minute", NIGHT, "2026-03-17T21:00", sent(), wait("2026-03-18T08:00", "quiet_hours")),
        ("the last minute before it", NIGHT, "2026-03-17T20:59:59.999", sent(), EMAIL),
        ("the first minute that is loud", NIGHT, "2026-03-18T08:00", sent(), EMAIL),
        (
            "at lunch",
            policy(quiet=("12:00", "14:00")),
            "2026-03-17T13:00",
            sent(),
            wait("2026-03-17T14:00", "quiet_hours"),
        ),
        ("before lunch", policy(quiet=("12:00", "14:00")), "2026-03-17T11:59", sent(), EMAIL),
        (
            "until midnight",
            policy(quiet=("21:00", "24:00")),
            "2026-03-17T23:00",
            sent(),
            wait("2026-03-18T00:00", "quiet_hours"),
        ),
        ("nothing was sent today", DAILY, "2026-03-17T12:00", sent("2026-03-16T23:59"), EMAIL),
        (
            "one was sent today",
            DAILY,
            "2026-03-17T23:00",
            sent("2026-03-17T00:00"),
            wait("2026-03-18T00:00", "frequency_cap"),
        ),
        ("two are allowed", policy(("email", 2, "DAY")), "2026-03-17T12:00", sent("2026-03-17T09:00"), EMAIL),
        ("a receipt does not count", DAILY, "2026-03-17T12:00", RECEIPT, EMAIL),
        ("another channel does not count", DAILY, "2026-03-17T12:00", sent("2026-03-17T09:00", channel="sms"), EMAIL),
        (
            "but where any channel does",
            policy(("any", 1, "DAY")),
            "2026-03-17T12:00",
            sent("2026-03-17T09:00", channel="sms"),
            wait("2026-03-18T00:00", "frequency_cap"),
        ),
        (
            "a week begins with its Monday",
            WEEKLY,
            "2026-03-20T12:00",
            sent("2026-03-16T00:00"),
            wait("2026-03-23T00:00", "frequency_cap"),
        ),
        ("the Sunday before is another week", WEEKLY, "2026-03-16T12:00", sent("2026-03-15T23:00"), EMAIL),
        (
            "a month is the calendar's",
            policy(("email", 1, "MONTH")),
            "2026-02-28T12:00",
            sent("2026-02-01T00:00"),
            wait("2026-03-01T00:00", "frequency_cap"),
        ),
        (
            "the narrowest cap tells, and the longest wait",
            policy(("email", 1, "DAY"), ("any", 1, "WEEK")),
            "2026-03-17T12:00",
            sent("2026-03-17T09:00"),
            wait("2026-03-23T00:00", "frequency_cap"),
        ),
        ("a cap of 0 is never, so the next channel", CLOSED, "2026-03-17T12:00", sent(), TEXT),
        ("never on any channel", policy(("any", 0, "DAY")), "2026-03-17T12:00", sent(), Drop("frequency_cap")),
        ("Christmas Eve", CHRISTMAS, "2026-12-24T00:00", sent(), wait("2026-12-27T00:00", "blackout")),
        ("Christmas", CHRISTMAS, "2026-12-26T23:59", sent(), wait("2026-12-27T00:00", "blackout")),
        ("the day before", CHRISTMAS, "2026-12-23T23:59", sent(), EMAIL),
        (
            "nobody waits for ever",
            policy(out=("2026-01-01", "9999-12-31")),
            "2026-03-17T12:00",
            sent(),
            Drop("blackout"),
        ),
        (
            "one after the other: the day's cap, then the night",
            policy(("email", 1, "DAY"), quiet=("21:00", "08:00")),
            "2026-03-17T12:00",
            sent("2026-03-17T09:00"),
            wait("2026-03-18T08:00", "frequency_cap"),
        ),
        (
            "the night, then Christmas, then the night",
            policy(quiet=("21:00", "08:00"), out=("2026-12-24", "2026-12-26")),
            "2026-12-23T22:00",
            sent(),
            wait("2026-12-27T08:00", "quiet_hours"),
        ),
        (
            "the default: quiet from nine to eight, and one marketing mail a day",
            ContactPolicy(),
            "2026-03-17T12:00",
            sent("2026-03-17T09:00"),
            wait("2026-03-18T08:00", "frequency_cap"),
        ),
        (
            "the night before clocks are put forward",
            policy(quiet=("21:00", "01:30")),
            "2026-03-28T23:00",
            sent(),
            wait("2026-03-29T02:00", "quiet_hours"),
        ),
        (
            "the night in which they are put back",
            policy(quiet=("21:00", "01:30")),
            "2026-10-24T23:00",
            sent(),
            wait("2026-10-25T01:30", "quiet_hours"),
        ),
    ],
)  # fmt: skip
def test_when_marketing_may_leave(
    case: str, settled: ContactPolicy, now: str, contacts: Contacts, verdict: Send | Defer | Drop
) -> None:
    assert judged(at(now), settled, contacts=contacts) == verdict, case


def test_a_full_channel_does_not_give_way_to_another() -> None:
    """An order of preference is one: an e-mail tomorrow rather than a text message today."""
    busy = sent("2026-03-17T09:00")
    assert judged(NOON, DAILY, contacts=busy) == wait("2026-03-18T00:00", "frequency_cap")
    assert judged(NOON, DAILY, contacts=busy, addresses={"sms": BOTH["sms"]}) == TEXT


def test_a_receipt_leaves_at_night_at_christmas_and_whatever_was_sent_before() -> None:
    strict = policy(("any", 1, "DAY"), quiet=("21:00", "08:00"), out=("2026-12-24", "2026-12-26"))
    facts = {"purpose": "transactional", "consents": allowing("email", purpose="transactional")}
    assert judged(at("2026-12-24T23:00"), strict, contacts=sent("2026-12-24T09:00"), **facts) == EMAIL


def test_the_nearest_reason_is_told() -> None:
    """One channel has no address, one no consent, one is closed: it is told how near a message came."""
    facts: dict[str, Any] = {"channels": ("push", "email"), "consents": allowing("email")}
    assert judged(NOON, CLOSED, **facts) == Drop("frequency_cap")
    assert judged(NOON, CLOSED, **facts | {"consents": allowing()}) == Drop("no_consent")
    assert judged(NOON, CLOSED, **facts | {"channels": ()}) == Drop("no_address")


def test_the_hour_that_comes_twice_is_quiet_once() -> None:
    """In Dublin it is 01:30 twice on 25 October: quiet hours that end then have ended at the first of the two."""
    quiet = policy(quiet=("21:00", "01:30"))
    assert judged(at("2026-10-25T01:10"), quiet) == wait("2026-10-25T01:30", "quiet_hours")
    assert judged(at("2026-10-25T01:10", fold=1), quiet) == EMAIL


def test_quiet_hours_that_a_day_skips_are_none() -> None:
    assert judged(at("2026-03-29T01:30"), policy(quiet=("01:00", "02:00"))) == EMAIL  # it is 02:00 by then


def test_a_day_whose_midnight_comes_twice_is_one_day() -> None:
    """In Havana clocks go back from 01:00 to 00:00 on 1 November: one message a day is still one."""
    first, second = (at("2026-11-01T00:30", HAVANA, fold=fold) for fold in (0, 1))
    contacts = Contacts(sent=(Contact(at=first, channel="email", purpose="marketing"),))
    tomorrow = Defer(at("2026-11-02", HAVANA), "frequency_cap")
    assert judged(second, DAILY, contacts=contacts, zone=HAVANA) == tomorrow


def test_a_day_that_a_zone_skips_holds_nobody_up() -> None:
    """Samoa had no 30 December 2011: the day after the 29th is the 31st."""
    contacts = Contacts(sent=(Contact(at=at("2011-12-29T09:00", APIA), channel="email", purpose="marketing"),))
    now, after = at("2011-12-29T12:00", APIA), at("2011-12-31", APIA)
    assert judged(now, DAILY, contacts=contacts, zone=APIA) == Defer(after, "frequency_cap")
    assert judged(now, policy(out=("2011-12-29", "2011-12-30")), zone=APIA) == Defer(after, "blackout")
    assert judged(after, policy(out=("2011-12-30", "2011-12-30")), zone=APIA) == EMAIL


@pytest.mark.parametrize(("start", "end"), [("21:00", "21:00"), ("00:00", "24:00"), ("9:00", "09:00")])
def test_quiet_hours_that_never_or_always_are_cannot_be_said(start: str, end: str) -> None:
    with pytest.raises(ValidationError, match="must leave some of the day"):
        QuietHours.model_validate({"from": start, "to": end})


def test_a_blackout_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError, match="must not lie before from"):
        Blackout.model_validate({"from": "2026-12-26", "to": "2026-12-24"})


def test_a_contact_is_remembered_as_long_as_a_cap_looks_back_to_it() -> None:
    contacts = sent("2026-03-01T00:00", "2026-03-31T22:00")
    one = Contact(at=at("2026-03-31T23:59"), channel="sms", purpose="marketing")
    assert contacts.after(one).sent == (*contacts.sent, one)
    later = one.model_copy(update={"at": at("2026-04-03T01:00")})
    assert contacts.after(later).sent == (contacts.sent[1], later)


def test_a_contact_that_is_told_late_stands_where_it_belongs() -> None:
    contacts = sent("2026-03-01T00:00", "2026-03-17T12:00")
    one = Contact(at=at("2026-03-02T00:00"), channel="email", purpose="marketing")
    assert contacts.after(one).sent == (contacts.sent[0], one, contacts.sent[1])


def test_a_receipt_is_not_remembered_for_no_cap_counts_it() -> None:
    contacts = sent("2026-03-01T00:00")
    assert contacts.after(Contact(at=NOON, channel="email", purpose="transactional")) == contacts


ZONES = st.sampled_from(
    [
        "UTC", "Europe/Dublin", "America/Havana", "America/Santiago", "Asia/Beirut", "Africa/Cairo", "Asia/Kathmandu",
        "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Istanbul",
        "America/St_Johns", "Africa/Casablanca",
    ]
).map(ZoneInfo)  # fmt: skip
INSTANTS = st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1)).map(
    lambda wall: wall.replace(microsecond=0, tzinfo=UTC)
)
CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}")
QUIET = st.tuples(CLOCKS, CLOCKS).filter(lambda pair: pair[0] != pair[1])
CAPS = st.lists(
    st.tuples(st.sampled_from(["email", "sms", "any"]), st.integers(0, 3), st.sampled_from(["DAY", "WEEK", "MONTH"])),
    max_size=3,
)


@st.composite
def asked(draw: st.DrawFn) -> tuple[datetime, ContactPolicy, dict[str, Any]]:
    """A moment, and what was settled and sent around it."""
    now = draw(INSTANTS)
    days = st.integers(-10, 70).map(lambda more: (now + timedelta(days=more)).date().isoformat())
    out = draw(st.none() | st.tuples(days, days).map(lambda pair: (min(pair), max(pair))))
    before = st.tuples(st.integers(0, 40 * 24 * 60), st.sampled_from(["email", "sms"]))
    contacts = Contacts()
    for minutes, channel in draw(st.lists(before, max_size=6)):
        contacts = contacts.after(Contact(at=now - timedelta(minutes=minutes), channel=channel, purpose="marketing"))
    settled = policy(*draw(CAPS), quiet=draw(st.none() | QUIET), out=out)
    allowed: set[Channel] = draw(st.sets(st.sampled_from(CHANNELS[:2])))
    facts = {"contacts": contacts, "zone": draw(ZONES), "consents": allowing(*sorted(allowed))}
    return now, settled, facts


@given(asked())
def test_what_leaves_leaves_at_a_good_hour(asked: tuple[datetime, ContactPolicy, dict[str, Any]]) -> None:
    """Told by clocks and calendars alone, which show a repeated hour twice: there an hour of grace is given."""
    now, settled, facts = asked
    verdict = judged(now, settled, **facts)
    if not isinstance(verdict, Send):
        return
    wall = now.astimezone(facts["zone"])
    assert facts["consents"].allow(verdict.channel, "marketing")
    for cap in settled.frequency_caps:
        if cap.channel in ("any", verdict.channel):
            its = [it for it in facts["contacts"].sent if cap.channel in ("any", it.channel)]
            same = [
                it for it in its if _period(cap.period, it.at.astimezone(facts["zone"])) == _period(cap.period, wall)
            ]
            assert len(same) < cap.max
    if wall.fold:
        return
    assert not any(out.from_ <= wall.date() <= out.to for out in settled.blackouts)
    if quiet := settled.quiet_hours:
        now_, start, end = f"{wall:%H:%M}", quiet.from_, quiet.to
        assert not (start <= now_ < end if start < end else now_ >= start or now_ < end)


def _period(period: str, wall: datetime) -> object:
    day: date = wall.date()
    return {"DAY": day, "WEEK": day.isocalendar()[:2], "MONTH": (day.year, day.month)}[period]


@given(asked())
@example((at("2026-10-25T01:10"), policy(quiet=("21:00", "01:30")), {"zone": DUBLIN}))
@example((at("2011-12-29T12:00", APIA), policy(("any", 1, "DAY"), out=("2011-12-30", "2011-12-30")), {"zone": APIA}))
def test_what_was_put_off_leaves_when_it_was_put_off_to_and_not_before(
    asked: tuple[datetime, ContactPolicy, dict[str, Any]],
) -> None:
    now, settled, facts = asked
    verdict = judged(now, settled, **facts)
    if isinstance(verdict, Defer):
        assert now < verdict.until <= now + LONGEST_WAIT
        assert isinstance(judged(verdict.until, settled, **facts), Send)
        for part in range(8):
            before = now + (verdict.until - now) * part / 8
            again = judged(before, settled, **facts)
            assert isinstance(again, Defer)
            assert again.until == verdict.until


@given(
    st.lists(st.tuples(st.integers(0, 90 * 24 * 60), st.sampled_from(CHANNELS)), max_size=60),
    CAPS,
    ZONES,
)
def test_what_is_forgotten_no_cap_would_have_counted(
    before: list[tuple[int, Channel]], caps: list[tuple[str, int, str]], zone: ZoneInfo
) -> None:
    """Judged by all that was ever sent, or by what is remembered: the same."""
    start = at("2026-02-01")
    every = [
        Contact(at=start + timedelta(minutes=minutes), channel=channel, purpose="marketing")
        for minutes, channel in sorted(before)
    ]
    kept = Contacts()
    for contact in every:
        kept = kept.after(contact)
    now = every[-1].at if every else start
    settled = policy(*caps)
    assert judged(now, settled, contacts=kept, zone=zone) == judged(
        now, settled, contacts=Contacts(sent=tuple(every)), zone=zone
    )


def test_what_is_remembered_stays_bounded() -> None:
    contacts = Contacts()
    for minute in range(250):
        contacts = contacts.after(Contact(at=NOON + timedelta(minutes=minute), channel="sms", purpose="marketing"))
    assert len(contacts.sent) == 100
    assert contacts.sent[0].at == NOON + timedelta(minutes=150)
