"""What may leave, and what must have become of whatever was to leave, told from the log of a year alone.

The oracle knows nothing of the engine. Who said what and when, in the order of the service's clock, is all that it
goes by; what a wall shows somewhere it asks the zone, and when somebody might have been written to after all, it finds
out by trying every quarter of an hour. At one instant the messages leave first, and what is said then counts from there
on.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

Json = Mapping[str, Any]
Who = str
Channel = str
QUARTER = timedelta(minutes=15)
LATEST_DUE, LATEST_ASKED = timedelta(days=7), timedelta(days=60)
"""What would come later than this after its occasion, or after it was asked for, is not sent any more."""
EMPTY = ("no_address", "suppressed", "no_consent", "topic_declined")
"""Why somebody is not written to at all; of several channels the last of these tells."""
HELD = {"frequency_cap": "above a cap", "quiet_hours": "in quiet hours", "blackout": "in a blackout"}
"""What holds a message for a while, and what it is to send it all the same."""
ANSWERS = {"accepted": "ACCEPTED", "declined": "DECLINED", "redeemed": "REDEEMED"}
OWN_PACE = {"DAILY": "DAY", "WEEKLY": "WEEK", "MONTHLY": "MONTH"}

KINDS = (
    *("without consent", "above a cap", "in quiet hours", "in a blackout", "after a stop", "against a wish"),
    *("after an answer", "twice", "lost", "late", "unasked", "unexplained"),
)
"""What the oracle looks for: what should not have left; what should have, or sooner; what nobody asked for; and what
the ledger says for a reason that is none.
"""


class Policy(NamedTuple):
    """What the shop has settled for the year."""

    caps: tuple[tuple[Channel | Literal["any"], int, Literal["DAY", "WEEK", "MONTH"]], ...]
    quiet: tuple[time, time]
    """Over midnight."""
    blackouts: tuple[tuple[date, date], ...]


# What happens, each at an instant of the service's clock.


class Entered(NamedTuple):
    """Somebody is a customer, under this id."""

    at: datetime
    who: Who
    id: str
    zone: str
    addresses: Mapping[Channel, str]


class Moved(NamedTuple):
    at: datetime
    who: Who
    zone: str


class Forgotten(NamedTuple):
    at: datetime
    who: Who


class Said(NamedTuple):
    """A yes or a no to being written to."""

    at: datetime
    who: Who
    channel: Channel
    purpose: str
    granted: bool


class Closed(NamedTuple):
    """An address is left in peace: a complaint, a bounce, a stop."""

    at: datetime
    channel: Channel
    address: str


class Opened(NamedTuple):
    """START, from a number that was closed."""

    at: datetime
    channel: Channel
    address: str


class Preferred(NamedTuple):
    """Whether somebody wants to hear of a topic."""

    at: datetime
    who: Who
    topic: str
    wanted: bool


class Often(NamedTuple):
    """How often somebody wants to be written to: ``ALL``, ``DAILY``, ``WEEKLY``, ``MONTHLY``."""

    at: datetime
    who: Who
    frequency: str


class Answered(NamedTuple):
    """What was said to an offer: ``ACCEPTED``, ``DECLINED``, or ``REDEEMED``."""

    at: datetime
    who: Who
    campaign: str
    code: str
    word: str


class Ordered(NamedTuple):
    at: datetime
    who: Who


Happening = Entered | Moved | Forgotten | Said | Closed | Opened | Preferred | Often | Answered | Ordered


class Wanted(NamedTuple):
    """A message that somebody is to get, if it may leave: asked for, then its delivery is known, or due."""

    at: datetime
    who: Who
    campaign: str
    channels: tuple[Channel, ...]
    purpose: str = "marketing"
    topic: str | None = None
    code: str | None = None
    """Of one that is to tell a code that was given already."""
    unless_ordered: bool = False
    delivery: str | None = None
    schedule: str | None = None
    day: str | None = None

    @property
    def latest(self) -> datetime:
        return self.at + (LATEST_ASKED if self.delivery else LATEST_DUE)


class Left(NamedTuple):
    """A message of the outbox."""

    at: datetime
    channel: Channel
    to: str
    body: str

    @classmethod
    def of(cls, said: Json) -> "Left":
        return cls(datetime.fromisoformat(said["at"]), said["channel"], said["to"], said["body"])


class Fault(NamedTuple):
    kind: str
    at: datetime
    who: Who
    what: str


@dataclass
class Person:
    """Somebody, as known at an instant."""

    zone: ZoneInfo
    addresses: Mapping[Channel, str]
    here: bool = True
    words: dict[tuple[Channel, str], bool] = field(default_factory=dict)
    declined: set[str] = field(default_factory=set)
    frequency: str = "ALL"


class World:
    """What was said until now, and what has left."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.people: dict[Who, Person] = {}
        self.addressees: dict[tuple[Channel, str], Who] = {}
        self._closed = set[tuple[Channel, str]]()
        self._left_in_peace = set[tuple[Channel, str]]()
        """Addresses of people who were forgotten and had wanted no more marketing there; until a later yes."""
        self._got: dict[Who, list[tuple[datetime, Channel]]] = defaultdict(list)

    def hear(self, it: Happening) -> None:  # noqa: C901 - one line for each thing that happens
        match it:
            case Entered(_, who, _, zone, addresses):
                self.people[who] = Person(ZoneInfo(zone), addresses)
                self.addressees |= dict.fromkeys(addresses.items(), who)
            case Moved(_, who, zone):
                self.people[who].zone = ZoneInfo(zone)
            case Forgotten(_, who):
                self._forget(self.people[who])
            case Said(_, who, channel, purpose, granted):
                person = self.people[who]
                person.words[channel, purpose] = granted
                if granted and purpose == "marketing":
                    self._left_in_peace.discard((channel, person.addresses.get(channel, "")))
            case Closed(_, channel, address):
                self._closed.add((channel, address))
            case Opened(_, channel, address):
                self._closed.discard((channel, address))
            case Preferred(_, who, topic, wanted):
                (set.discard if wanted else set.add)(self.people[who].declined, topic)
            case Often(_, who, frequency):
                self.people[who].frequency = frequency
            case Answered() | Ordered():
                pass  # looked up by their instants

    def _forget(self, person: Person) -> None:
        person.here = False
        for (channel, purpose), granted in person.words.items():
            if purpose == "marketing" and not granted and channel in person.addresses:
                self._left_in_peace.add((channel, person.addresses[channel]))

    def refusal(self, who: Who, channel: Channel, purpose: str, topic: str | None) -> str | None:
        """Why somebody is not written to on a channel, whenever it be."""
        person = self.people[who]
        address = (channel, person.addresses.get(channel, ""))
        if not address[1]:
            return "no_address"
        if address in self._closed or (purpose == "marketing" and address in self._left_in_peace):
            return "suppressed"
        if not person.words.get((channel, purpose), False):
            return "no_consent"
        if purpose == "marketing" and topic in person.declined:
            return "topic_declined"
        return None

    def is_stopped(self, who: Who, channel: Channel, purpose: str) -> bool:
        """Whether they have ended it: their latest word is a no, or their address is left in peace."""
        person = self.people[who]
        ended = person.words.get((channel, purpose)) is False
        return ended or self.refusal(who, channel, purpose, None) == "suppressed"

    def got(self, who: Who, channel: Channel, at: datetime) -> None:
        """A marketing message has left."""
        self._got[who].append((at, channel))

    def held(self, who: Who, channel: Channel, at: datetime) -> Iterator[str]:
        """What keeps marketing back on a channel at an instant, by what has left before."""
        person = self.people[who]
        own = OWN_PACE.get(person.frequency)
        for of, most, period in (*self._policy.caps, *((("any", 1, own),) if own else ())):
            if of in ("any", channel):
                now = _period(period, at, person.zone)
                if (
                    sum(of in ("any", on) and _period(period, it, person.zone) == now for it, on in self._got[who])
                    >= most
                ):
                    yield "frequency_cap"
        wall = at.astimezone(person.zone)
        since, until = self._policy.quiet
        if wall.time() >= since or wall.time() < until:
            yield "quiet_hours"
        if any(first <= wall.date() <= last for first, last in self._policy.blackouts):
            yield "blackout"

    def has_a_gap(self, who: Who, channel: Channel, since: datetime, until: datetime) -> bool:
        """Whether there is a quarter of an hour at which marketing may leave, as things stand."""
        return any(not [*self.held(who, channel, at)] for at in _quarters(since, until))

    def was_capped(self, who: Who, channel: Channel, since: datetime, until: datetime) -> bool:
        """Whether a cap has held it at a quarter of an hour before ``until``."""
        return any("frequency_cap" in self.held(who, channel, at) for at in _quarters(since, until - QUARTER))


def _quarters(since: datetime, until: datetime) -> Iterator[datetime]:
    at = since
    while at <= until:
        yield at
        at += QUARTER


def _period(period: str, at: datetime, zone: ZoneInfo) -> tuple[int, ...]:
    """The calendar's period of somebody that an instant lies in."""
    day = at.astimezone(zone).date()
    return {"DAY": (day.toordinal(),), "WEEK": day.isocalendar()[:2], "MONTH": (day.year, day.month)}[period]


class Oracle:
    """Judges a year by its log."""

    def __init__(self, policy: Policy, log: Iterable[Happening], wanted: Iterable[Wanted]) -> None:
        self._world = World(policy)
        self._log = sorted(log, key=_when)
        self._wanted = list(wanted)
        self._asked = {it.delivery: it for it in self._wanted if it.delivery}
        self._due = {(it.schedule, it.who, it.day): it for it in self._wanted if it.schedule}
        self._answers = defaultdict[Who, list[Answered]](list)
        self._orders = defaultdict[Who, list[datetime]](list)
        for it in self._log:
            if isinstance(it, Answered):
                # What is said again of the same offer is nothing new, as the contract has it.
                if it.word != next((a.word for a in reversed(self._answers[it.who]) if a.code == it.code), None):
                    self._answers[it.who].append(it)
            elif isinstance(it, Ordered):
                self._orders[it.who].append(it.at)
        self._entered = {it.id: it for it in self._log if isinstance(it, Entered)}

    def faults(self, ledger: Sequence[Json], outbox: Iterable[Json], *, end: datetime) -> Iterator[Fault]:
        """Whatever should not be, as the ledger and the outbox tell it at the end."""
        left = sorted((Left.of(it) for it in outbox), key=lambda it: it.at)
        pairs, alone = self._paired(ledger, left)
        yield from alone
        yield from self._unended(ledger)
        drops = [(_instant(it["updated_at"]), 1, it) for it in ledger if it["status"] == "DROPPED"]
        moments: list[tuple[datetime, int, Any]] = [
            *((at.at, 0, (at, entry)) for at, entry in pairs),
            *drops,
            *((it.at, 2, it) for it in self._log),
        ]
        for _, order, it in sorted(moments, key=lambda it: it[:2]):
            match order:
                case 0:
                    yield from self._sent(*it)
                case 1:
                    yield from self._dropped(it)
                case 2:
                    self._world.hear(it)
        yield from self._waiting(ledger, end)

    def _paired(
        self, ledger: Sequence[Json], left: Sequence[Left]
    ) -> tuple[list[tuple[Left, Json | None]], list[Fault]]:
        """Each message with its entry in the ledger; what has no counterpart is a fault."""
        waiting = defaultdict[tuple[datetime, Channel], list[Json]](list)
        faults = []
        for entry in ledger:
            if entry["status"] == "SENT":
                waiting[_instant(entry["sent_at"]), entry["channel"]].append(entry)
        pairs: list[tuple[Left, Json | None]] = []
        for message in left:
            its = waiting[message.at, message.channel]
            found = next((it for it in its if self._is(message, it)), None)
            if found:
                its.remove(found)
            else:
                faults.append(Fault("lost", message.at, message.to, "left, and the ledger does not say so"))
            pairs.append((message, found))
        for (at, _), entries in waiting.items():
            faults += [
                Fault("lost", at, self._who(it), f"{it['id']} never left, though the ledger says so") for it in entries
            ]
        return pairs, faults

    def _is(self, message: Left, entry: Json) -> bool:
        entered = self._entered.get(entry["customer"]["id"])
        theirs = entered is not None and entered.addresses.get(message.channel) == message.to
        return theirs and entry["voucher"]["code"] in message.body

    def _who(self, entry: Json) -> Who:
        id_ = str(entry["customer"]["id"])
        return self._entered[id_].who if id_ in self._entered else id_

    def _meant(self, entry: Json) -> Wanted | None:
        """What an entry is for."""
        if entry["schedule"]:
            return self._due.get((entry["schedule"]["id"], self._who(entry), entry["occasion"]["day"]))
        return self._asked.get(entry["id"])

    def _unended(self, ledger: Sequence[Json]) -> Iterator[Fault]:
        """What was wanted and is not in the ledger or has not ended there, and what is there and nobody wanted."""
        met = Counter[Wanted]()
        for entry in ledger:
            at, who = _instant(entry["created_at"]), self._who(entry)
            wanted = self._meant(entry)
            if wanted is None:
                yield Fault("unasked", at, who, f"{entry['id']} is in the ledger")
                continue
            met[wanted] += 1
            if entry["status"] not in ("SENT", "DROPPED", "DEFERRED"):
                yield Fault("lost", at, who, f"{entry['id']} is {entry['status']} in the end")
        yield from (Fault("lost", it.at, it.who, f"{it} came to nothing") for it in self._wanted if it not in met)
        yield from (Fault("twice", it.at, it.who, f"{it} is there {n} times") for it, n in met.items() if n > 1)

    def _waiting(self, ledger: Sequence[Json], end: datetime) -> Iterator[Fault]:
        """What waits in the end, and need not."""
        for entry in ledger:
            if entry["status"] == "DEFERRED" and (wanted := self._meant(entry)):
                until = _instant(entry["until"])
                open_ = [it for it in wanted.channels if not self._refusal(wanted, it)]
                if until <= end or (open_ and self._world.has_a_gap(wanted.who, open_[0], end, until - QUARTER)):
                    yield Fault("late", until, wanted.who, f"{entry['id']} waits still")

    def _refusal(self, wanted: Wanted, channel: Channel) -> str | None:
        return self._world.refusal(wanted.who, channel, wanted.purpose, wanted.topic)

    def _sent(self, message: Left, entry: Json | None) -> Iterator[Fault]:
        """What is wrong with a message that has left."""
        world, at, channel = self._world, message.at, message.channel
        who = world.addressees.get((channel, message.to))
        if who is None:
            yield Fault("unasked", at, message.to, "is nobody's address")
            return
        wanted = self._meant(entry) if entry else None
        # Of what nobody asked for it is taken that it is marketing: it should not have left anyway.
        purpose, topic = (wanted.purpose, wanted.topic) if wanted else ("marketing", None)
        kinds = [*self._against_their_will(who, channel, purpose, topic)]
        if purpose == "marketing":
            kinds += (HELD[it] for it in {*world.held(who, channel, at)})
            kinds += ["late"] * bool(wanted and self._had_a_gap(wanted, channel, at))
            world.got(who, channel, at)
        if wanted:
            kinds += ["against a wish"] * (channel not in wanted.channels)
            kinds += ("after an answer" for _ in self._overtaking(wanted, entry, at, before=True))
        yield from (Fault(kind, at, who, f"{entry and entry['id']} of {wanted}") for kind in kinds)

    def _against_their_will(self, who: Who, channel: Channel, purpose: str, topic: str | None) -> Iterator[str]:
        match self._world.refusal(who, channel, purpose, topic):
            case "no_consent":
                yield "without consent"
            case "topic_declined":
                yield "against a wish"
        if not self._world.people[who].here or self._world.is_stopped(who, channel, purpose):
            yield "after a stop"

    def _had_a_gap(self, wanted: Wanted, channel: Channel, at: datetime) -> bool:
        """Whether a message might have left sooner, as far as nothing that was said meanwhile has changed that."""
        addresses = self._world.people[wanted.who].addresses.items()
        said = (
            (it.channel, it.address) in addresses if isinstance(it, Closed | Opened) else it.who == wanted.who
            for it in self._log[bisect_left(self._log, wanted.at, key=_when) : bisect_right(self._log, at, key=_when)]
            if not isinstance(it, Answered | Ordered)
        )
        return not any(said) and self._world.has_a_gap(wanted.who, channel, wanted.at, at - QUARTER)

    def _overtaking(self, wanted: Wanted, entry: Json | None, at: datetime, *, before: bool) -> Iterator[str]:
        """By what a message had become pointless, as the reason of a drop: before an instant, or until then."""
        code = wanted.code or (entry and entry["voucher"] and entry["voucher"]["code"])
        for answer in self._answers[wanted.who]:
            # A word to any offer of the campaign counts, said while this one waited; a use, of its own code alone.
            since = answer.word != "REDEEMED" and answer.campaign == wanted.campaign and answer.at >= wanted.at
            overtakes = since or answer.code == code
            if overtakes and (answer.at < at or (not before and answer.at == at)):
                yield next(reason for reason, word in ANSWERS.items() if word == answer.word)
        if wanted.unless_ordered:
            bought = [
                it for it in self._orders[wanted.who] if wanted.at <= it and (it < at or (not before and it == at))
            ]
            yield from ["already_bought"] * bool(bought)

    def _dropped(self, entry: Json) -> Iterator[Fault]:
        """Whether the reason of a message that did not leave is right."""
        wanted, at, reason = self._meant(entry), _instant(entry["updated_at"]), entry["reason"]
        if wanted and reason not in {*self._reasons(wanted, entry, at)}:
            told = sorted({*self._reasons(wanted, entry, at)})
            yield Fault("unexplained", at, wanted.who, f"{entry['id']} {reason}, but {told} of {wanted}")

    def _reasons(self, wanted: Wanted, entry: Json, at: datetime) -> Iterator[str]:
        """Why it may not leave, as things stand."""
        world, who = self._world, wanted.who
        yield from self._overtaking(wanted, entry, at, before=False)
        if not world.people[who].here:
            yield "customer_gone"
            return
        refusals = [self._refusal(wanted, channel) for channel in wanted.channels]
        if all(refusals):
            yield max((it for it in refusals if it), key=EMPTY.index)
            return
        channel = wanted.channels[refusals.index(None)]
        if wanted.purpose == "marketing":
            held = [*world.held(who, channel, at)]
            # What a cap has put off to its next period, and finds that full as well, does not wait for a third.
            if "frequency_cap" in held and world.was_capped(who, channel, wanted.at, at):
                yield "frequency_cap"
            if not world.has_a_gap(who, channel, at, wanted.latest):
                yield from held


def _when(it: Happening) -> datetime:
    return it.at


def _instant(said: str) -> datetime:
    return datetime.fromisoformat(said)
