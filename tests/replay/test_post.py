"""The year of the post with some of its people; and the oracle, which must find whatever is planted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self, get_args

import pytest

from tests.replay.oracle import (
    Answered,
    Closed,
    Entered,
    Forgotten,
    Happening,
    Moved,
    Often,
    Opened,
    Oracle,
    Ordered,
    Policy,
    Preferred,
    Said,
    Wanted,
)
from tests.replay.post import Year, lived, people, tallied

Json = dict[str, Any]
START = datetime(2027, 3, 1, 9, tzinfo=UTC)
NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)
"""A Wednesday, and in Dublin noon, too."""
END = datetime(2027, 4, 30, 22, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAIL, PHONE = "ann@example.com", "+353871234567"
POLICY = Policy(
    caps=(("email", 1, "DAY"), ("any", 2, "WEEK"), ("sms", 3, "MONTH")),
    quiet=(time(21), time(8)),
    blackouts=((date(2027, 3, 20), date(2027, 3, 21)),),
)


@dataclass
class Tale:
    """A year made up: Ann of Dublin wants mails, and whatever is added happens."""

    log: list[Happening] = field(
        default_factory=lambda: [
            Entered(START, "ann", "cust_1", "Europe/Dublin", {"email": MAIL, "sms": PHONE}),
            Said(START, "ann", "email", "marketing", granted=True),
        ]
    )
    wanted: list[Wanted] = field(default_factory=list)
    outbox: list[Json] = field(default_factory=list)
    ledger: list[Json] = field(default_factory=list)

    def happens(self, *happenings: Happening) -> Self:
        self.log += happenings
        return self

    def asked(self, at: datetime = NOON, **fields: Any) -> Self:
        """Something is asked for; ``channels`` are e-mails where nothing is said."""
        said = {"campaign": "camp_1", "channels": ("email",), "delivery": f"dlv_{len(self.wanted)}", **fields}
        self.wanted.append(Wanted(at, "ann", **said))
        return self

    def entered(self, status: str, at: datetime, **fields: Any) -> Self:
        """What was asked for last is in the ledger."""
        its = self.wanted[-1]
        self.ledger.append(
            {
                "id": its.delivery,
                "status": status,
                "customer": {"id": "cust_1"},
                "schedule": its.schedule and {"id": its.schedule},
                "occasion": its.day and {"day": its.day},
                "channel": its.channels[0],
                "voucher": None,
                "created_at": its.at.isoformat(),
                "updated_at": at.isoformat(),
                "sent_at": None,
                **fields,
            }
        )
        return self

    def dropped(self, reason: str, at: datetime = NOON) -> Self:
        return self.entered("DROPPED", at, reason=reason)

    def sent(self, at: datetime = NOON, **fields: Any) -> Self:
        """It has left, and the ledger says so."""
        code = f"CODE{len(self.ledger)}"
        self.entered("SENT", at, sent_at=at.isoformat(), **{"voucher": {"code": code}, **fields})
        return self.left(at, self.ledger[-1]["channel"], self.ledger[-1]["voucher"]["code"])

    def left(self, at: datetime, channel: str, code: str, to: str | None = None) -> Self:
        said = {"channel": channel, "to": to or {"email": MAIL, "sms": PHONE}[channel], "body": f"{code} for you"}
        self.outbox.append({**said, "at": at.isoformat()})
        return self

    def faults(self) -> list[str]:
        return sorted(it.kind for it in Oracle(POLICY, self.log, self.wanted).faults(self.ledger, self.outbox, end=END))


def said(channel: str = "email", purpose: str = "marketing", *, granted: bool = True, at: datetime = START) -> Said:
    return Said(at, "ann", channel, purpose, granted)


def tale() -> Tale:
    return Tale()


def right() -> Iterator[tuple[str, Tale]]:
    yield "nothing happens", tale()
    yield "a mail leaves at noon", tale().asked().sent()
    yield (
        "what is said at the instant of a mail is said after it",
        tale()
        .asked()
        .sent()
        .happens(said(granted=False, at=NOON), Closed(NOON, "email", MAIL), Forgotten(NOON, "ann")),
    )
    yield (
        "whoever says yes again is written to again",
        tale().happens(said(granted=False, at=START + HOUR), said(at=START + 2 * HOUR)).asked().sent(),
    )
    yield (
        "a number that was opened again",
        tale()
        .happens(Closed(START, "sms", PHONE), Opened(START + HOUR, "sms", PHONE), said("sms", at=START + HOUR))
        .asked(channels=("sms",))
        .sent(),
    )
    night = NOON + 11 * HOUR
    yield (
        "a receipt at night",
        tale().happens(said(purpose="transactional")).asked(night, purpose="transactional").sent(night),
    )
    yield "a mail a day", tale().asked().sent().asked(NOON + DAY).sent(NOON + DAY)
    yield "eight o'clock is not quiet any more", tale().asked(NOON - 4 * HOUR).sent(NOON - 4 * HOUR)
    yield "it is day in Tokyo", tale().happens(Moved(START, "ann", "Asia/Tokyo")).asked(night).sent(night)
    yield (
        "a topic that they have not declined",
        tale()
        .happens(Preferred(START, "ann", "shoes", wanted=False), Preferred(START + HOUR, "ann", "shoes", wanted=True))
        .asked(topic="shoes")
        .sent(),
    )
    yield (
        "another campaign's answer",
        tale().happens(Answered(NOON - HOUR, "ann", "camp_2", "OTHER", "DECLINED")).asked().sent(),
    )
    yield (
        "an answer to last month's offer",
        tale().happens(Answered(START, "ann", "camp_1", "OTHER", "DECLINED")).asked().sent(),
    )
    yield "sent when the night is over", tale().asked(night).sent(NOON + 20 * HOUR)
    yield "sent when the day is over and the night", tale().asked().sent().asked().sent(NOON + 20 * HOUR)
    yield (
        "sent when they had moved",
        tale().happens(Moved(NOON + HOUR, "ann", "Asia/Tokyo")).asked().sent(NOON + DAY / 2),
    )
    morning = END + 9 * HOUR
    yield "waits for the morning", tale().asked(END).entered("DEFERRED", END, until=morning.isoformat())
    yield "no consent", tale().asked(channels=("sms",)).dropped("no_consent")
    yield "a stop", tale().happens(Closed(START, "email", MAIL)).asked().dropped("suppressed")
    yield (
        "a mail stopped, a text never allowed",
        tale().happens(Closed(START, "email", MAIL)).asked(channels=("email", "sms")).dropped("no_consent"),
    )
    yield (
        "a topic declined",
        tale().happens(Preferred(START, "ann", "shoes", wanted=False)).asked(topic="shoes").dropped("topic_declined"),
    )
    due = {"delivery": None, "schedule": "sch_1", "day": "2027-03-03"}
    monthly = tale().happens(Often(START, "ann", "MONTHLY")).asked(NOON - DAY).sent(NOON - DAY)
    yield "no more this month, and next month is too late", monthly.asked(**due).dropped("frequency_cap")
    yield (
        "declined while it waited",
        tale()
        .happens(Answered(NOON + HOUR, "ann", "camp_1", "OTHER", "DECLINED"))
        .asked()
        .dropped("declined", NOON + HOUR),
    )
    yield (
        "bought while it waited",
        tale()
        .happens(Ordered(NOON + HOUR, "ann"))
        .asked(unless_ordered=True)
        .dropped("already_bought", NOON + 2 * HOUR),
    )
    yield (
        "forgotten while it waited",
        tale().happens(Forgotten(NOON + HOUR, "ann")).asked().dropped("customer_gone", NOON + 2 * HOUR),
    )


def wrong() -> Iterator[tuple[str, Tale, list[str]]]:  # noqa: PLR0915 - a list
    def no(at: datetime = START) -> Said:
        return said(granted=False, at=at)

    night = NOON + 9 * HOUR
    yield "never allowed", tale().asked(channels=("sms",)).sent(), ["without consent"]
    yield "a receipt, and only marketing allowed", tale().asked(purpose="transactional").sent(), ["without consent"]
    yield "allowed too late", tale().happens(said("sms", at=NOON)).asked(channels=("sms",)).sent(), ["without consent"]
    yield "withdrawn", tale().happens(no()).asked().sent(), ["after a stop", "without consent"]
    yield (
        "withdrawn a minute before",
        tale().happens(no(NOON - HOUR / 60)).asked().sent(),
        [
            "after a stop",
            "without consent",
        ],
    )
    yield "a complaint", tale().happens(Closed(START, "email", MAIL)).asked().sent(), ["after a stop"]
    yield (
        "a receipt after a complaint",
        tale()
        .happens(said(purpose="transactional"), Closed(START, "email", MAIL))
        .asked(purpose="transactional")
        .sent(),
        ["after a stop"],
    )
    again = Entered(START + 3 * HOUR, "ann", "cust_1", "Europe/Dublin", {"email": MAIL})
    yield "forgotten", tale().happens(Forgotten(START, "ann")).asked().sent(), ["after a stop"]
    yield (
        "imported again",
        tale().happens(no(START + HOUR), Forgotten(START + 2 * HOUR, "ann"), again).asked().sent(),
        ["after a stop"],
    )
    yield "nine in the evening", tale().asked(night).sent(night), ["in quiet hours"]
    yield "a quarter to eight", tale().asked(NOON - 4.25 * HOUR).sent(NOON - 4.25 * HOUR), ["in quiet hours"]
    yield (
        "night where they have moved to",
        tale().happens(Moved(START, "ann", "Asia/Tokyo")).asked().sent(),
        ["in quiet hours"],
    )
    black = datetime(2027, 3, 20, 12, tzinfo=UTC)
    yield "a blackout", tale().asked(black).sent(black), ["in a blackout"]
    yield "its last day", tale().asked(black + DAY).sent(black + DAY), ["in a blackout"]
    yield "two mails a day", tale().asked().sent().asked().sent(NOON + HOUR), ["above a cap"]
    three = tale().happens(said("sms"))
    for day in range(3):
        three.asked(NOON + day * DAY).sent(NOON + day * DAY)
    yield "three a week", three, ["above a cap"]
    texts = tale().happens(said("sms"))
    for week in range(4):
        texts.asked(START + 7 * week * DAY + HOUR, channels=("sms",)).sent(START + 7 * week * DAY + HOUR)
    yield "four texts a month", texts, ["above a cap"]
    yield (
        "more often than they want",
        tale().happens(Often(START, "ann", "WEEKLY")).asked().sent().asked().sent(NOON + DAY),
        ["above a cap"],
    )
    yield (
        "a topic that they have declined",
        tale().happens(Preferred(START, "ann", "shoes", wanted=False)).asked(topic="shoes").sent(),
        ["against a wish"],
    )
    yield (
        "on a channel that nobody asked for",
        tale().happens(said("sms")).asked().sent(channel="sms"),
        ["against a wish"],
    )
    for word in ("ACCEPTED", "DECLINED"):
        waited = tale().happens(Answered(night + HOUR, "ann", "camp_1", "OTHER", word)).asked(night)
        yield f"{word} while it waited", waited.sent(night + 11 * HOUR), ["after an answer"]
    for word in ("ACCEPTED", "DECLINED", "REDEEMED"):
        before = tale().happens(Answered(START, "ann", "camp_2", "CODE0", word))
        yield f"its code {word} before", before.asked().sent(), ["after an answer"]
    bought = tale().happens(Ordered(night + HOUR, "ann")).asked(night, unless_ordered=True)
    yield "bought while it waited", bought.sent(night + 11 * HOUR), ["after an answer"]
    yield "sent twice", tale().asked().sent().left(NOON, "email", "CODE0"), ["above a cap", "lost"]
    twice = tale().asked().sent()
    yield "in the ledger twice", twice.sent(NOON + DAY), ["late", "twice"]
    lost = tale().asked().sent()
    lost.outbox.clear()
    yield "never left", lost, ["lost"]
    unsaid = tale().asked().sent()
    unsaid.ledger.clear()
    yield "not in the ledger", unsaid, ["lost", "lost"]
    yield (
        "at another instant than the ledger says",
        tale()
        .asked()
        .entered("SENT", NOON, sent_at=NOON.isoformat(), voucher={"code": "CODE0"})
        .left(NOON + HOUR, "email", "CODE0"),
        ["lost", "lost"],
    )
    yield (
        "another code than the ledger says",
        tale()
        .asked()
        .entered("SENT", NOON, sent_at=NOON.isoformat(), voucher={"code": "CODE0"})
        .left(NOON, "email", "CODE1"),
        ["lost", "lost"],
    )
    yield "to nobody", tale().left(NOON, "email", "CODE0", "bob@example.com"), ["lost", "unasked"]
    yield "never done", tale().asked(), ["lost"]
    for status in ("PREPARED", "SENDING", "FAILED", "UNKNOWN"):
        yield f"{status} in the end", tale().asked().entered(status, NOON), ["lost"]
    for until in (END - DAY, END + DAY):
        waits = tale().asked().entered("DEFERRED", NOON, until=until.isoformat())
        yield f"waits until {until:%d %B}", waits, ["late"]
    yield "sent tomorrow, and might have been today", tale().asked().sent(NOON + DAY), ["late"]
    yield "sent at noon, and might have been in the morning", tale().asked(night).sent(NOON + DAY), ["late"]
    dry = tale().asked().sent()
    dry.wanted.clear()
    yield "a dry run that leaves something", dry, ["unasked"]
    yield "dropped for nothing", tale().asked().dropped("no_consent"), ["unexplained"]
    yield (
        "dropped on one channel, open on the other",
        tale().asked(channels=("sms", "email")).dropped("no_consent"),
        ["unexplained"],
    )
    yield "dropped for the night", tale().asked(night).dropped("quiet_hours", night), ["unexplained"]
    yield (
        "dropped for a cap that ends tomorrow",
        tale().asked().sent().asked().dropped("frequency_cap"),
        ["unexplained"],
    )
    yield "nobody declined it", tale().asked().dropped("declined"), ["unexplained"]
    yield (
        "nobody bought",
        tale().happens(Ordered(START, "ann")).asked(unless_ordered=True).dropped("already_bought"),
        ["unexplained"],
    )
    yield "a reason that there is not", tale().asked().dropped("voucher_gone"), ["unexplained"]


@pytest.fixture(scope="module")
def year() -> Year:
    """Forty people in eight zones; every fifth week the shop asks and they answer."""
    return lived(people(40, zones=8), every=timedelta(weeks=5), many=6)


def test_in_a_year_nothing_leaves_that_should_not_and_nothing_is_lost(year: Year) -> None:
    assert year.faults() == []
    assert tallied(year.ledger)["SENT"] == len(year.outbox) > 100


def test_in_that_year_everything_happens_that_the_oracle_knows_of(year: Year) -> None:
    happened = {type(it) for it in year.log}
    assert happened == {*get_args(Happening)}
    assert {it.word for it in year.log if isinstance(it, Answered)} == {"ACCEPTED", "DECLINED", "REDEEMED"}
    assert {it["channel"] for it in year.outbox} == {"email", "sms"}
    assert {it["purpose"] for it in year.ledger if it["status"] == "SENT"} == {"marketing", "transactional"}
    waited = [it for it in year.ledger if it["status"] == "SENT" and it["sent_at"] != it["due_at"]]
    assert len(waited) > 10
    reasons = {it["reason"] for it in year.ledger if it["status"] == "DROPPED"}
    assert reasons >= {"no_address", "suppressed", "no_consent", "topic_declined", "accepted", "declined"}


def test_the_year_would_not_pass_if_nobody_had_consented(year: Year) -> None:
    """The same messages, judged by a log that knows of no consent that was given."""
    silent = year._replace(log=[it for it in year.log if not isinstance(it, Said) or not it.granted])
    assert {it.kind for it in silent.faults()} >= {"without consent"}


@pytest.mark.parametrize(("case", "told"), [*right()], ids=lambda it: it if isinstance(it, str) else "")
def test_the_oracle_finds_nothing_where_all_is_right(case: str, told: Tale) -> None:
    assert told.faults() == []


@pytest.mark.parametrize(("case", "told", "kinds"), [*wrong()], ids=lambda it: it if isinstance(it, str) else "")
def test_the_oracle_finds_what_is_planted(case: str, told: Tale, kinds: Sequence[str]) -> None:
    assert told.faults() == kinds
