"""What limits count: how often, over which order value and for how much discount something was used, in a period.

A shop's rules name what they limit, ``campaign.redemptions.count.daily``: that is a measure (how many times) of a
subject (the campaign) in a period (the day, as the project's zone has it).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.escrow import Shard
from shared.domain.money import LARGEST


class Used(NamedTuple):
    """What was used: redemptions, the value of their orders, and the discount given, both in minor units."""

    times: int = 0
    amount: int = 0
    discounted: int = 0

    def plus(self, other: "Used") -> "Used":
        """Both together.

        >>> Used(1, 2_000, 300).plus(Used(1, 500, 50))
        Used(times=2, amount=2500, discounted=350)
        """
        return Used(self.times + other.times, self.amount + other.amount, self.discounted + other.discounted)

    def negated(self) -> "Used":
        """As much, the other way round."""
        return Used(-self.times, -self.amount, -self.discounted)


class Usage(NamedTuple):
    """What is counted: the uses of a subject in a period. Its name is the same for ever.

    >>> Usage("camp_1/cust_7", "2026-W47").name
    'camp_1/cust_7 2026-W47'
    """

    subject: str
    period: str = "all"

    @property
    def name(self) -> str:
        return f"{self.subject} {self.period}"

    @classmethod
    def named(cls, name: str) -> "Usage":
        """The reverse of ``name``.

        >>> Usage.named("v_1/user/ann lee 2026-11").subject
        'v_1/user/ann lee'
        """
        subject, _, period = name.rpartition(" ")
        return cls(subject, period)


class Need(NamedTuple):
    """What must still hold of a usage when a redemption is committed, for its verdict rests on it.

    ``most`` bounds what the measure comes to with this redemption; ``exactly`` is what it must have been without it.
    """

    usage: Usage
    measure: str
    most: int | None = None
    exactly: int | None = None


class Kept(NamedTuple):
    """A usage as it was read: what was spent and is held together, and how many holds are among it."""

    used: Used = Used()
    holds: int = 0
    shards: Mapping[str, tuple[Shard, ...]] = {}
    """Of one that is too hot for one item: how each measure is spread."""


class LapsedHold(NamedTuple):
    """A hold that has lapsed and was not cleared away: the hash of its voucher's code, its session, and since when."""

    code_hash: str
    session: str
    since: datetime


class Counted(NamedTuple):
    """What is known of some usages."""

    kept: Mapping[Usage, Kept] = {}
    freed: Mapping[Usage, Used] = {}
    """What is among it of holds of others that have lapsed, and so stand in nobody's way."""
    lapsed: tuple[LapsedHold, ...] = ()
    """Those that are to be cleared away before it commits."""

    @property
    def used(self) -> dict[Usage, Used]:
        """What stands against this request."""
        return {usage: kept.used.plus(self.freed.get(usage, Used()).negated()) for usage, kept in self.kept.items()}


def added(counts: Iterable[Mapping[Usage, Used]]) -> dict[Usage, Used]:
    """What several offers use together."""
    together: dict[Usage, Used] = {}
    for one in counts:
        for usage, used in one.items():
            together[usage] = together.get(usage, Used()).plus(used)
    return together


def needed(
    offers: Iterable[tuple[Mapping[Usage, Used], Iterable[Need]]], together: Mapping[Usage, Used]
) -> tuple[Need, ...]:
    """What several offers need, said of what they use ``together``: the bounds that one commit can keep.

    An offer is bound by what it and those before it use; those after it do not press against its bound.

    >>> once = Usage("v_1"); mine = {once: Used(1)}
    >>> offers = [(mine, [Need(once, "times", most=5)]), (mine, [Need(once, "times", most=9)])]
    >>> [need.most for need in needed(offers, {once: Used(2)})]
    [6]
    """
    through: dict[Usage, Used] = {}
    most: dict[tuple[Usage, str], int] = {}
    exactly: dict[tuple[Usage, str], int] = {}
    for counts, needs in offers:
        through = added([through, counts])
        for need in needs:
            place = need.usage, need.measure
            before = getattr(through.get(need.usage, Used()), need.measure)
            whole = getattr(together.get(need.usage, Used()), need.measure)
            if need.most is not None:
                most[place] = min(most.get(place, LARGEST), need.most - before + whole)
            if need.exactly is not None:
                own = getattr(counts.get(need.usage, Used()), need.measure)
                exactly[place] = need.exactly - (before - own)
    places = dict.fromkeys([*most, *exactly])
    return tuple(Need(*place, most=most.get(place), exactly=exactly.get(place)) for place in places)


class Who(NamedTuple):
    """Of whom limits may count: ids of the voucher, the campaign, the customer; the user and the key pair that ask."""

    voucher: str
    campaign: str | None = None
    customer: str | None = None
    user: str | None = None
    api_key: str | None = None


class Limit(NamedTuple):
    """What a rule's name limits."""

    measure: str
    subject: Callable[[Who], str | None]
    period: str


def period_of(sort: str, at: datetime, zone: ZoneInfo) -> str:
    """The name of the day, week (from Monday, as ISO 8601 counts them) or month that an instant lies in, in a zone.

    >>> at = datetime.fromisoformat("2026-11-30T23:30:00+00:00")
    >>> [period_of(sort, at, ZoneInfo("Europe/Paris")) for sort in ("daily", "weekly", "monthly", "all")]
    ['2026-12-01', '2026-W49', '2026-12', 'all']
    """
    day = at.astimezone(zone).date()
    match sort:
        case "daily":
            return day.isoformat()
        case "weekly":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        case "monthly":
            return f"{day:%Y-%m}"
        case _:
            return "all"


def _of(*parts: str | None) -> str | None:
    return None if None in parts else "/".join(part for part in parts if part is not None)


_SUBJECTS: dict[str, tuple[str, Callable[[Who], str | None]]] = {
    "redemption.count": ("times", lambda who: who.voucher),
    "redemption.count.per_incentive": ("times", lambda who: who.voucher),
    "redemption.count.per_customer": ("times", lambda who: _of(who.voucher, who.customer)),
    "redemption.count.per_user": ("times", lambda who: _of(who.voucher, "user", who.user)),
    "redemption.count.per_api_key": ("times", lambda who: _of(who.voucher, "key", who.api_key)),
    "campaign.redemptions.count": ("times", lambda who: who.campaign),
    "campaign.redemptions.customers_count": ("times", lambda who: _of(who.campaign, who.customer)),
    "campaign.orders.amount": ("amount", lambda who: who.campaign),
    "campaign.orders.amount_discounted": ("discounted", lambda who: who.campaign),
}
LIMITS = {
    name if period == "all" else f"{name}.{period}": Limit(measure, subject, period)
    for name, (measure, subject) in _SUBJECTS.items()
    for period in ("all", "daily", "weekly", "monthly")
}
"""By the name that a rule has for it."""


def usage_of(name: str, who: Who, *, at: datetime, zone: ZoneInfo) -> Usage | None:
    """What a rule of this name counts of somebody at an instant; None if that somebody is not known.

    >>> zone, at = ZoneInfo("UTC"), datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    >>> usage_of("campaign.redemptions.count.daily", Who("v_1", "camp_1"), at=at, zone=zone)
    Usage(subject='camp_1', period='2026-11-22')
    >>> usage_of("redemption.count.per_customer", Who("v_1"), at=at, zone=zone)
    """
    limit = LIMITS[name]
    subject = limit.subject(who)
    return None if subject is None else Usage(subject, period_of(limit.period, at, zone))
