"""The whole policy as one table, row by row; and a law: what leaves, an oracle that knows only clocks lets leave.

``test_contact_policy.py`` has the calendar's corners; here stands what else holds a message, and what it does together.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.post.consents import Consent, Consents, Preference, Word
from shared.domain.post.contact_policy import Contact, Contacts, Defer, Drop, Send
from shared.domain.post.deliveries import Channel
from shared.domain.post.suppressions import Suppression, Why
from tests.unit.test_contact_policy import (
    ANYTIME,
    EMAIL,
    INSTANTS,
    NOON,
    TEXT,
    allowing,
    at,
    judged,
    policy,
    sent,
    wait,
)

Verdict = Send | Defer | Drop
CALM = policy(("email", 1, "DAY"), ("any", 3, "WEEK"), quiet=("21:00", "08:00"), out=("2026-12-24", "2026-12-26"))
"""One mail a day, three messages a week on whatever channel, nothing at night, nothing at Christmas."""
TODAY = "2026-03-17T09:00"
"""A Tuesday."""
ALLOWED = allowing("email", "sms", purpose="transactional")
RECEIPTS: dict[str, Any] = {"purpose": "transactional", "consents": ALLOWED}


def saying(*words: Word, channels: tuple[Channel, ...] = ("email", "sms")) -> Consents:
    return allowing(*channels).after(words)


def wishing(about: str, answer: str, topic: str | None = None) -> Preference:
    fields = {"about": about, "topic": topic, "answer": answer, "source": "form", "at": at("2026-01-02")}
    return Preference.model_validate(fields)


def at_rest(reason: Why, channel: Channel = "email", since: str = "2026-02-01") -> dict[Channel, Suppression]:
    return {channel: Suppression(channel=channel, reason=reason, at=at(since))}


def together(*contacts: Contacts) -> Contacts:
    return Contacts(sent=tuple(sorted((it for some in contacts for it in some.sent), key=lambda it: it.at)))


YES_SINCE = saying(Consent(channel="email", granted=True, source="form", at=at("2026-02-02")))
WEEKLY, MONTHLY = saying(wishing("frequency", "WEEKLY")), saying(wishing("frequency", "MONTHLY"))
NO_SHOES, SHOES = saying(wishing("topic", "NO", "shoes")), saying(wishing("topic", "YES", "shoes"))
RECEIPT_FOR_SHOES = ALLOWED.after([wishing("topic", "NO", "shoes")])
RARE_RECEIPTS = ALLOWED.after([wishing("frequency", "MONTHLY")])
A_RECEIPT: dict[str, Any] = {"purpose": "transactional", "contacts": sent("2026-03-01T09:00")}
MAIL: dict[str, Any] = {"channels": ("email",)}
UNSUBSCRIBED = {"suppressed": at_rest("unsubscribed")}
TEXT_ON_MONDAY = sent("2026-03-16T09:00", channel="sms")


@pytest.mark.parametrize(
    ("case", "now", "changes", "verdict"),
    [
        # caps: by channel, by any, by purpose
        ("nothing was sent", TODAY, {}, EMAIL),
        ("a mail today", "2026-03-17T12:00", {"contacts": sent(TODAY)}, wait("2026-03-18T08:00", "frequency_cap")),
        ("a text today is no mail", "2026-03-17T12:00", {"contacts": sent(TODAY, channel="sms")}, EMAIL),
        (
            "three this week, of whatever channel",
            TODAY,
            {"contacts": together(TEXT_ON_MONDAY, sent("2026-03-16T10:00"), sent("2026-03-16T11:00", channel="push"))},
            wait("2026-03-23T08:00", "frequency_cap"),
        ),
        (
            "last week's three are over",
            TODAY,
            {"contacts": sent("2026-03-13T10:00", "2026-03-14T10:00", "2026-03-15T10:00")},
            EMAIL,
        ),
        ("receipts do not count", "2026-03-17T12:00", {"contacts": sent(TODAY, purpose="transactional")}, EMAIL),
        ("nor does a cap hold one", "2026-03-17T12:00", {"contacts": sent(TODAY), **RECEIPTS}, EMAIL),
        # a cap puts off to its next period, and not beyond
        ("put off before, and free now", TODAY, {"capped": True}, EMAIL),
        (
            "put off before, and full again: no text instead, either",
            "2026-03-17T12:00",
            {"contacts": sent(TODAY), "capped": True},
            Drop("frequency_cap"),
        ),
        (
            "put off before, and night now",
            "2026-03-17T22:00",
            {"capped": True},
            wait("2026-03-18T08:00", "quiet_hours"),
        ),
        # quiet hours and blackouts
        ("at night", "2026-03-17T23:30", {}, wait("2026-03-18T08:00", "quiet_hours")),
        ("after midnight", "2026-03-18T00:30", {}, wait("2026-03-18T08:00", "quiet_hours")),
        ("the night in which an hour is skipped", "2026-03-28T23:30", {}, wait("2026-03-29T08:00", "quiet_hours")),
        ("the night in which an hour comes twice", "2026-10-24T23:30", {}, wait("2026-10-25T08:00", "quiet_hours")),
        ("a receipt at night", "2026-03-17T23:30", RECEIPTS, EMAIL),
        ("Christmas", "2026-12-25T12:00", {}, wait("2026-12-27T08:00", "blackout")),
        ("a receipt at Christmas", "2026-12-25T12:00", RECEIPTS, EMAIL),
        # suppressions: a complaint, a bounce and a stop are of the address, whatever it is about and whatever was said
        *(
            (f"{reason}, {purpose}, {said}", TODAY, {**asked, "suppressed": at_rest(reason)}, Drop("suppressed"))
            for reason in ("complaint", "bounce", "stop")
            for purpose, said, asked in (
                ("marketing", "consent before", MAIL),
                ("marketing", "consent since", MAIL | {"consents": YES_SINCE}),
                ("transactional", "consent before", MAIL | RECEIPTS),
            )
        ),
        ("unsubscribed, consent before", TODAY, {**MAIL, **UNSUBSCRIBED}, Drop("suppressed")),
        ("unsubscribed, consent since", TODAY, {**UNSUBSCRIBED, "consents": YES_SINCE}, EMAIL),
        ("unsubscribed, no consent", TODAY, {**MAIL, **UNSUBSCRIBED, "consents": allowing()}, Drop("suppressed")),
        ("unsubscribed, transactional", TODAY, {**UNSUBSCRIBED, **RECEIPTS}, EMAIL),
        ("another channel's address is no matter", TODAY, {"suppressed": at_rest("complaint", "sms")}, EMAIL),
        ("a suppressed channel gives way", TODAY, {"suppressed": at_rest("bounce")}, TEXT),
        # topics
        ("a topic that they have declined", TODAY, {"consents": NO_SHOES, "topic": "shoes"}, Drop("topic_declined")),
        ("another topic", TODAY, {"consents": NO_SHOES, "topic": "hats"}, EMAIL),
        ("no topic in particular", TODAY, {"consents": NO_SHOES}, EMAIL),
        ("a topic that they like", TODAY, {"consents": SHOES, "topic": "shoes"}, EMAIL),
        ("a receipt for shoes", TODAY, {**RECEIPTS, "consents": RECEIPT_FOR_SHOES, "topic": "shoes"}, EMAIL),
        # how often they want to hear from the shop
        ("once a week, and nothing was sent", TODAY, {"consents": WEEKLY}, EMAIL),
        (
            "once a week, and a text came on Monday",
            TODAY,
            {"consents": WEEKLY, "contacts": TEXT_ON_MONDAY},
            wait("2026-03-23T08:00", "frequency_cap"),
        ),
        (
            "once a month, and the next one begins at night",
            TODAY,
            {"consents": MONTHLY, "contacts": sent("2026-03-01T09:00")},
            wait("2026-04-01T08:00", "frequency_cap"),
        ),
        (
            "once a month, and it was last month",
            "2026-04-01T09:00",
            {"consents": MONTHLY, "contacts": sent(TODAY)},
            EMAIL,
        ),
        (
            "once a day is theirs, also where the shop has no cap",
            "2026-03-17T12:00",
            {"consents": saying(wishing("frequency", "DAILY")), "contacts": sent(TODAY, channel="push")},
            wait("2026-03-18T08:00", "frequency_cap"),
        ),
        (
            "whatever comes is no more than the shop's own cap allows",
            "2026-03-17T12:00",
            {"consents": saying(wishing("frequency", "ALL")), "contacts": sent(TODAY)},
            wait("2026-03-18T08:00", "frequency_cap"),
        ),
        ("a receipt to whoever wants one mail a month", TODAY, {"consents": RARE_RECEIPTS, **A_RECEIPT}, EMAIL),
    ],
)  # fmt: skip
def test_the_policy(case: str, now: str, changes: dict[str, Any], verdict: Verdict) -> None:
    assert judged(at(now), CALM, **changes) == verdict, case


def test_the_nearest_reason_is_told() -> None:
    facts: dict[str, Any] = {"topic": "shoes", "consents": NO_SHOES, "suppressed": at_rest("stop", "sms")}
    assert judged(NOON, ANYTIME, **facts) == Drop("topic_declined")
    assert judged(NOON, ANYTIME, **facts | {"addresses": {"sms": "+353861234567"}}) == Drop("suppressed")
    assert judged(NOON, ANYTIME, **facts | {"consents": allowing("sms")}) == Drop("no_consent")


ZONES = ["UTC", "Europe/Dublin", "America/Havana", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca"]
REASONS: tuple[Why, ...] = ("complaint", "bounce", "stop", "unsubscribed")
CHANNELS: tuple[Channel, ...] = ("email", "sms", "push")
PERIODS = {"DAILY": "DAY", "WEEKLY": "WEEK", "MONTHLY": "MONTH"}


@st.composite
def morning(draw: st.DrawFn) -> dict[str, Any]:
    """Somebody, what they have said and got, what their shop has settled, and a moment."""
    now = draw(INSTANTS)
    ago = st.integers(0, 40 * 24 * 60).map(lambda minutes: now - timedelta(minutes=minutes))
    purposes, channels = st.sampled_from(["marketing", "transactional"]), st.sampled_from(CHANNELS)
    told: dict[str, Any] = {"source": st.just("form"), "at": ago}
    word = st.builds(Consent, channel=channels, purpose=purposes, granted=st.booleans(), **told)
    topic, liked = st.sampled_from(["a", "b"]), st.sampled_from(["YES", "NO"])
    often = st.sampled_from(["ALL", *PERIODS])
    answer = st.builds(Preference, about=st.just("topic"), topic=topic, answer=liked, **told) | st.builds(
        Preference, about=st.just("frequency"), answer=often, **told
    )
    stop = st.builds(Suppression, channel=channels, reason=st.sampled_from(REASONS), at=ago)
    contact = st.builds(Contact, at=ago, channel=channels, purpose=purposes)
    capped, periods = st.sampled_from(["email", "sms", "any"]), st.sampled_from(["DAY", "WEEK", "MONTH"])
    cap = st.tuples(capped, st.integers(0, 2), periods)
    quiet = st.none() | st.sampled_from([("21:00", "08:00"), ("12:00", "14:00"), ("00:00", "06:30")])
    words = draw(st.lists(word, max_size=8)) + draw(st.lists(answer, max_size=4))
    return {
        "at": now,
        "zone": ZoneInfo(draw(st.sampled_from(ZONES))),
        "purpose": draw(purposes),
        "channels": draw(st.permutations(CHANNELS)),
        "addresses": dict.fromkeys(draw(st.lists(channels, max_size=3)), "there"),
        "consents": Consents(customer_id="cust_1").after(words),
        "words": words,
        "suppressed": {it.channel: it for it in draw(st.lists(stop, max_size=2))},
        "contacts": Contacts(sent=tuple(sorted(draw(st.lists(contact, max_size=6)), key=lambda it: it.at))),
        "topic": draw(st.none() | st.sampled_from(["a", "b"])),
        "policy": policy(*draw(st.lists(cap, max_size=2)), quiet=draw(quiet)),
    }


def latest(words: list[Any], **fields: Any) -> Any:
    """The word that counts, as somebody would look it up in a ledger: the last that was said, told last."""
    its = [it for it in words if all(getattr(it, name, None) == value for name, value in fields.items())]
    return max(enumerate(its), key=lambda it: (it[1].at, it[0]))[1] if its else None


def forbids(facts: dict[str, Any], channel: Channel) -> str | None:
    """Why a message must not leave at this moment on this channel, from the words and clocks alone."""
    words, purpose = facts["words"], facts["purpose"]
    consent, stop = latest(words, channel=channel, purpose=purpose), facts["suppressed"].get(channel)
    if channel not in facts["addresses"]:
        return "no address"
    if consent is None or not consent.granted:
        return "no consent"
    if stop and (stop.reason != "unsubscribed" or (purpose == "marketing" and consent.at <= stop.at)):
        return "suppressed"
    if purpose == "transactional":
        return None
    declined = latest(words, about="topic", topic=facts["topic"]) if facts["topic"] else None
    if declined and declined.answer == "NO":
        return "topic"
    return "cap" if is_full(facts, channel) else "quiet" if is_quiet(facts) else None


def is_full(facts: dict[str, Any], channel: Channel) -> bool:
    often, zone = latest(facts["words"], about="frequency"), facts["zone"]
    caps = [(it.channel, it.max, it.period) for it in facts["policy"].frequency_caps]
    caps += [("any", 1, PERIODS[often.answer])] if often and often.answer in PERIODS else []
    marketing = [it for it in facts["contacts"].sent if it.purpose == "marketing"]

    def counted(of: str, period: str) -> int:
        its = [it.at.astimezone(zone) for it in marketing if of in ("any", it.channel)]
        return sum(same_period(period, it, facts["at"].astimezone(zone)) for it in its)

    return any(counted(of, period) >= most for of, most, period in caps if of in ("any", channel))


def is_quiet(facts: dict[str, Any]) -> bool:
    quiet, now = facts["policy"].quiet_hours, facts["at"].astimezone(facts["zone"])
    if quiet is None or now.fold:
        return False
    clock, start, end = f"{now:%H:%M}", quiet.from_, quiet.to
    return bool(start <= clock < end if start < end else clock >= start or clock < end)


def same_period(period: str, one: datetime, other: datetime) -> bool:
    match period:
        case "DAY":
            return one.date() == other.date()
        case "WEEK":
            return one.isocalendar()[:2] == other.isocalendar()[:2]
    return (one.year, one.month) == (other.year, other.month)


def ask(facts: dict[str, Any], **changes: Any) -> Verdict:
    its = {name: value for name, value in {**facts, **changes}.items() if name not in ("words", "at", "policy")}
    return judged(changes.get("at", facts["at"]), facts["policy"], **its)


@given(morning())
def test_what_leaves_the_oracle_lets_leave(facts: dict[str, Any]) -> None:
    verdict = ask(facts)
    if isinstance(verdict, Send):
        assert forbids(facts, verdict.channel) is None
        before = facts["channels"][: facts["channels"].index(verdict.channel)]
        assert not [it for it in before if forbids(facts, it) is None], "the first that may, does"


@given(morning())
def test_what_the_oracle_lets_leave_is_not_dropped_and_what_waits_may_leave_then(facts: dict[str, Any]) -> None:
    verdict = ask(facts)
    if isinstance(verdict, Drop):
        assert all(forbids(facts, it) for it in facts["channels"])
    if isinstance(verdict, Defer):
        assert facts["purpose"] == "marketing"
        leaving = ask(facts, at=verdict.until)
        assert isinstance(leaving, Send)
        assert forbids({**facts, "at": verdict.until}, leaving.channel) is None
        assert ask(facts, at=verdict.until, capped=True) == leaving
