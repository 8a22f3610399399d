"""Summaries: an item beside each customer, added to and never replaced, so that it is in nobody's way but theirs whose
verdict rests on it.

Every attribute begins with the instant at which the customer was made: who is deleted and comes back under the same
id finds no trace, though orders of the life before may still be cancelled. All additions to one summary in one
transaction are one write (``Table.commit`` sees to it). The one thing that slows down is many checkouts of one and the
same customer at once, for DynamoDB lets transactions on one item through one by one.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from shared.domain.model import iso
from shared.domain.summaries import COUNTERS, Happened, Purchase, Summary, Tally
from shared.storage.keys import Key
from shared.storage.table import Item, Write, add

LAST = "last "
EVENT, WHEN = "event ", "when "
"""Before the name of an event: how often it happened, and when last."""


def counting(
    project: str,
    tally: Tally,
    *,
    known: Summary | None = None,
    as_read: Mapping[str, int] | None = None,
    otherwise: Exception | None = None,
) -> Write:
    """The write that adds to a customer's summary; where it is ``known``, purchases that are too old go. It must still
    be ``as_read``, if that is given: a verdict rests on it, and ``otherwise`` is what it means that it is not.
    """
    if known:
        tally = known.trimmed(tally)
    life = _life(tally.since)
    bought = {f"{life} {LAST}{id_}": f"{iso(it.at)} {it.amount}" for id_, it in tally.bought.items()}
    happened = {f"{life} {WHEN}{name}": iso(at) for name, at in tally.happened.items()}
    return add(
        Key.summary(project, tally.customer_id),
        {f"{life} {name}": more for name, more in tally.counts.items()}
        | {f"{life} {EVENT}{name}": 1 for name in tally.happened},
        sets=bought | happened,
        removes=frozenset(f"{life} {LAST}{id_}" for id_ in tally.forgotten),
        only_if=as_read,
        otherwise=otherwise,
    )


def counters_of(item: Item | None, since: datetime | None) -> dict[str, int]:
    """The counters of the summary of a customer made then, as they stand in its item; of this life alone."""
    life = _life(since)
    counters = {f"{life} {name}": (item or {}).get(f"{life} {name}", 0) for name in COUNTERS}
    return counters | {name: count for name, count in (item or {}).items() if name.startswith(f"{life} {EVENT}")}


def summary_of(item: Item | None, since: datetime | None) -> Summary:
    """What an item says of a customer made then: what was counted in this life, and what nobody knew the life of."""
    summary = Summary()
    if item is None:
        return summary
    for life in {_life(None), _life(since)}:
        start = f"{life} {LAST}"
        bought = {name.removeprefix(start): _purchase(said) for name, said in item.items() if name.startswith(start)}
        counts = {name: item.get(f"{life} {name}", 0) for name in COUNTERS}
        summary = summary.plus(Tally("", bought=bought, **counts))
    return summary._replace(events=dict(_events(item, _life(since))))


def _events(item: Item, life: str) -> Iterator[tuple[str, Happened]]:
    start = f"{life} {EVENT}"
    for attribute, count in item.items():
        if attribute.startswith(start):
            name = attribute.removeprefix(start)
            yield name, Happened(count, datetime.fromisoformat(item[f"{life} {WHEN}{name}"]))


def _life(since: datetime | None) -> str:
    return "any" if since is None else f"{int(since.timestamp() * 1000):x}"


def _purchase(said: str) -> Purchase:
    at, _, amount = said.partition(" ")
    return Purchase(datetime.fromisoformat(at), int(amount))
