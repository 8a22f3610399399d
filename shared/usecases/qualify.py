"""Ask which offers a customer may use on an order; nothing is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import NamedTuple, Protocol

from shared.domain.campaigns import Campaign
from shared.domain.checkout import Checkout, Facts
from shared.domain.errors import InvalidPayload
from shared.domain.orders import as_known
from shared.domain.qualifications import (
    CANDIDATES,
    EPOCH,
    MOST_JUDGED,
    Candidate,
    Found,
    Position,
    Qualification,
    Qualified,
    Wish,
    qualified,
)
from shared.domain.vouchers import Redeemable, Voucher
from shared.usecases.campaigns import voucher_of
from shared.usecases.checkout import LookingAtHolds, with_lapsed
from shared.usecases.schemas import refuse_checkout

MOST_RANKS = 100
"""Rankings of ``MOST_JUDGED`` candidates that one can page through."""
MILLISECOND = timedelta(milliseconds=1)


class Gathering(LookingAtHolds, Protocol):
    project: str

    def gather(
        self, checkout: Checkout, *, at: datetime, warm: bool, given: Mapping[str, Redeemable] | None = None
    ) -> Facts: ...


class Candidates(Protocol):
    def wallet(self, customer_id: str) -> list[Voucher]: ...
    def pieces(
        self,
        own: Iterable[Voucher],
        *,
        own_only: bool,
        before: Position | None = None,
        skip: int = 0,
        session: str | None = None,
    ) -> Iterator[Sequence[Found]]: ...


class Judged(NamedTuple):
    """A candidate, and what came of it if it qualified."""

    position: Position
    qualified: Qualified | None


def qualify(wish: Wish, *, at: datetime, ledger: Gathering, candidates: Candidates) -> Qualification:
    """Find offers that may be used, each judged alone, as a validation would judge it at this instant.

    At most ``MOST_JUDGED`` candidates are judged, the newest first; the cursor goes on from there, and in the order of
    their making it never loses or repeats one. By deal they are ranked among so many, then the next so many.

    Raises:
        InvalidPayload: if metadata is not what the project's schemas want, or the cursor is none of this sorting rule;
        PromotionError: ``query_too_large`` if more was given to the customer than can be looked through.
    """
    facts = ledger.gather(wish.checkout, at=at, warm=True)
    checkout = wish.checkout._replace(order=as_known(wish.checkout.order, facts.order))
    refuse_checkout(checkout, facts, keeps=False)
    wish = wish._replace(checkout=checkout)
    if wish.scenario == "PROMOTION_STACKS":
        return Qualification(wish, facts)
    own = candidates.wallet(facts.customer_id) if facts.customer_id else []
    walk = _Walk(wish, own, at=at, ledger=ledger, candidates=candidates)
    found, more = _newest(walk) if wish.sorting == "DEFAULT" else _ranked(walk)
    return Qualification(wish, facts, tuple(found), more)


class _Walk(NamedTuple):
    """The candidates of one request, judged as one goes along."""

    wish: Wish
    own: Sequence[Voucher]
    at: datetime
    ledger: Gathering
    candidates: Candidates

    def judged(self, *, before: Position | None = None, skip: int = 0) -> Iterator[Judged]:
        """Every candidate in turn, a hundred of them gathered for at once."""
        session = self.wish.checkout.session
        pieces = self.candidates.pieces(
            self.own,
            own_only=self.wish.scenario == "CUSTOMER_WALLET",
            before=before,
            skip=skip,
            session=session.key if session else None,
        )
        return chain.from_iterable(map(self._judge, pieces))

    def _judge(self, piece: Sequence[Found]) -> list[Judged]:
        every = [_candidate(found, self.ledger.project, at=self.at) for found in piece]
        wanted = {it.id: it for it in every if self.wish.filter.keeps(it, CANDIDATES, at=self.at)}
        found = self._qualified(wanted) if wanted else {}
        return [Judged(it.position, found.get(it.id)) for it in every]

    def _qualified(self, wanted: Mapping[str, Candidate]) -> dict[str, Qualified | None]:
        """Each of these, judged alone; what lapsed holds take of a limit is looked for only where it may matter."""
        checkout = self.wish.checkout
        given = {id_: it.redeemable for id_, it in wanted.items()}
        facts = self.ledger.gather(checkout, at=self.at, warm=True, given=given)
        facts = with_lapsed(facts, checkout, at=self.at, ledger=self.ledger)
        found = {id_: qualified(it, self.wish, facts, at=self.at) for id_, it in wanted.items()}
        if all(found.values()) or not any(kept.holds for kept in facts.counted.kept.values()):
            return found
        facts = facts._replace(counted=self.ledger.freed(facts, at=self.at))
        return {id_: known or qualified(wanted[id_], self.wish, facts, at=self.at) for id_, known in found.items()}


def _newest(walk: _Walk) -> tuple[list[Qualified], datetime | None]:
    """The newest that qualify. A page ends only where a cursor can tell the next candidate from its last."""
    wish = walk.wish
    found: list[Qualified] = []
    last: Position | None = None
    before = Position.named(wish.after) if wish.after else None
    for count, judged in enumerate(walk.judged(before=before)):
        if last and judged.position != last and count >= MOST_JUDGED:
            return found, last.cursor
        if judged.qualified:
            if len(found) >= wish.limit and judged.position != found[-1].candidate.position:
                return found, found[-1].candidate.position.cursor
            found.append(judged.qualified)
        last = judged.position
    return found, None


def _ranked(walk: _Walk) -> tuple[list[Qualified], datetime | None]:
    """The best deals, or the least, of so many candidates. A cursor is a place in a ranking, written as an instant."""
    wish = walk.wish
    place = (wish.after - EPOCH) // MILLISECOND if wish.after else 0
    ranking, start = divmod(place, MOST_JUDGED)
    if not 0 <= ranking < MOST_RANKS:
        raise InvalidPayload("options.starting_after: is not a more_starting_after of this sorting_rule")
    candidates = walk.judged(skip=ranking * MOST_JUDGED)
    ranked = [it.qualified for it in islice(candidates, MOST_JUDGED) if it.qualified]
    best_first = wish.sorting == "BEST_DEAL"
    ranked.sort(key=lambda it: -it.worth if best_first else it.worth)
    end = start + wish.limit
    if end < len(ranked):
        return ranked[start:end], EPOCH + (ranking * MOST_JUDGED + end) * MILLISECOND
    more = ranking + 1 < MOST_RANKS and next(candidates, None) is not None
    return ranked[start:end], EPOCH + (ranking + 1) * MOST_JUDGED * MILLISECOND if more else None


def _candidate(found: Found, project: str, *, at: datetime) -> Candidate:
    """A thing as a candidate; of a campaign, one of the codes that it would make stands for all."""
    if isinstance(found.thing, Campaign):
        one = voucher_of(found.thing, found.thing.id, project=project, at=at)
        return Candidate("campaign", found.thing.id, Redeemable(one, found.thing), found.position)
    redeemable = Redeemable(found.thing, found.campaign, found.hold)
    return Candidate("voucher", found.thing.code, redeemable, found.position, found.own)
