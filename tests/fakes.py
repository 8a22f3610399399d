"""Stores in memory that keep the promises of those over the table; ``tests/storage`` holds both to the same tests.

memory = Memory()
ledger = FakeLedger(memory, "proj_sandbox")
redeem(checkout("MUG"), …, ledger=Overtaken(ledger, lambda: …))  # somebody else is faster once
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any, NamedTuple

from shared.domain.actions import AsyncAction, Lane, Row
from shared.domain.assignments import Assignment, released
from shared.domain.attributes.offers import ASSIGNMENTS, CAMPAIGNS, PUBLICATIONS, RULES, VOUCHERS
from shared.domain.attributes.purchases import REDEMPTIONS
from shared.domain.campaigns import Campaign
from shared.domain.checkout import Applicable, Checkout, Facts, Verdict
from shared.domain.customers import Customer, Learned, Profile
from shared.domain.eligibility import person_of, who
from shared.domain.errors import Conflict, Duplicate, InvalidPayload, Moved, NotFound
from shared.domain.filters import Attributes
from shared.domain.gifts import Adjustment
from shared.domain.ids import code_hash, derived
from shared.domain.imports import Changes
from shared.domain.lines import lines_of
from shared.domain.lists import Listed, Ordering, Query
from shared.domain.orders import Order, StoredOrder, as_known
from shared.domain.post.consents import Consents, History, Word
from shared.domain.projects import Project
from shared.domain.publications import Known, Publication, Published
from shared.domain.qualifications import Found, Position
from shared.domain.redemptions import Offer, Redemption, Told
from shared.domain.rules.compiled import Compiled, compiled
from shared.domain.rules.model import ValidationRule
from shared.domain.schemas import Schema, Schemas
from shared.domain.segments import entered
from shared.domain.summaries import Person, Standing, Summary, Tally, tallies, tally_of
from shared.domain.usages import Counted, Kept, LapsedHold, Need, Usage, Used, added, usage_of
from shared.domain.vouchers import Hold, Made, Redeemable, Voucher
from shared.storage.customer_items import customer_id
from shared.storage.lists import in_order
from shared.storage.orders import order_id

Spot = tuple[str, ...]
"""Where a thing is: project, kind, and what names it."""


@dataclass
class Draft:
    """The things as they will be if every condition of a commit holds."""

    things: dict[Spot, Any]

    def create(self, spot: Spot, thing: object, *, otherwise: Exception) -> None:
        if spot in self.things:
            raise otherwise
        self.things[spot] = thing

    def change(self, spot: Spot, change: Callable[[Any], Any], *, otherwise: Exception) -> None:
        """What ``change`` makes of a thing; there must be one, and ``change`` may refuse it with None."""
        after = change(self.things[spot]) if spot in self.things else None
        if after is None:
            raise otherwise
        self.things[spot] = after

    def replace(self, spot: Spot, thing: Any, *, version: int, otherwise: Exception) -> None:
        """A thing over the version that was read."""

        def over(known: Any) -> Any:
            return thing.model_copy(update={"version": version + 1}) if known.version == version else None

        self.change(spot, over, otherwise=otherwise)

    def drop(self, spot: Spot, thing: object) -> None:
        """Remove a thing that is still the one that was read."""
        if self.things.get(spot) != thing:
            raise Moved
        del self.things[spot]


class Memory:
    """All that was committed, by every store of every project: a commit is whole or has not been."""

    def __init__(self) -> None:
        self.things: dict[Spot, Any] = {}
        self._lock = Lock()

    def get(self, *spot: str) -> Any:
        return self.things.get(spot)

    def all(self, *start: str) -> list[Any]:
        return [thing for spot, thing in self.things.items() if spot[: len(start)] == start]

    @contextmanager
    def commit(self) -> Iterator[Draft]:
        with self._lock:
            draft = Draft(dict(self.things))
            yield draft
            self.things = draft.things


class Overtaken:
    """A store that others are faster than: before each of its next commits, one of ``others`` acts."""

    COMMITS = frozenset(
        {
            *{"hold", "spend", "record", "give_back", "publish", "add", "add_vouchers", "save"},
            *{"make", "bring_in", "note", "settle", "assign", "release", "remove"},
        }
    )

    def __init__(self, store: Any, *others: Callable[[], object]) -> None:
        self._store = store
        self._others = list(others)

    def __getattr__(self, verb: str) -> Any:
        if verb in self.COMMITS and self._others:
            self._others.pop(0)()
        return getattr(self._store, verb)


@dataclass
class Queue:
    """Messages, in the order in which they were sent."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(self, project: str, action_id: str) -> None:
        self.sent.append((project, action_id))


class Store:
    """The memory of one project."""

    def __init__(self, memory: Memory, project: str) -> None:
        self._memory = memory
        self.project = project

    def _spot(self, kind: str, *names: str) -> Spot:
        return (self.project, kind, *names)

    def _voucher_spot(self, code: str) -> Spot:
        return self._spot("voucher", code_hash(self.project, code))

    def _hold_spot(self, code: str, session: str) -> Spot:
        return self._spot("hold", code_hash(self.project, code), session)

    def settled(self) -> Project:
        settings: Project | None = self._memory.get(*self._spot("settings"))
        return settings or Project()

    def customer_id(self, profile: Profile) -> str | None:
        return customer_id(self.project, profile)

    def _summary(self, customer: Customer | None) -> Summary:
        return (customer and self._memory.get(*self._summary_spot(customer.id, customer.created_at))) or Summary()

    def _summary_of(self, order: StoredOrder | None) -> Summary | None:
        if order is None or order.customer_id is None:
            return None
        summary: Summary | None = self._memory.get(*self._summary_spot(order.customer_id, order.customer_since))
        return summary or Summary()

    def _summary_spot(self, customer_id_: str, since: datetime | None) -> Spot:
        return self._spot("summary", customer_id_, since.isoformat() if since else "")

    def _count(self, draft: Draft, *tallies: Tally, known: Summary | None = None) -> None:
        for tally in tallies:
            spot = self._summary_spot(tally.customer_id, tally.since)
            trimmed = known.trimmed(tally) if known else tally
            draft.things[spot] = draft.things.get(spot, Summary()).plus(trimmed)

    def _keep_order(self, draft: Draft, order: StoredOrder, known: StoredOrder | None) -> None:
        spot = self._spot("order", order.id)
        if known is None:
            draft.create(spot, order, otherwise=Moved())
        else:
            draft.replace(spot, order, version=known.version, otherwise=Moved())
        self._count(draft, *tallies(order, known=known))

    def _keep_customer(self, draft: Draft, customer: Customer, known: Customer | None) -> None:
        spot = self._spot("customer", customer.id)
        if known is None:
            draft.create(spot, customer, otherwise=Moved())
        elif known.profile != customer.profile:
            draft.replace(spot, customer, version=known.version, otherwise=Moved())

    def _add_codes(self, draft: Draft, vouchers: Sequence[Voucher], *, otherwise: Exception) -> None:
        for voucher in vouchers:
            draft.create(self._voucher_spot(voucher.code), voucher, otherwise=otherwise)

    def _assign(self, draft: Draft, assignments: Iterable[Assignment], new: Iterable[ValidationRule]) -> None:
        """A new thing is under these rules."""
        made = {rule.id: rule for rule in new}
        for index, assignment in enumerate(assignments):
            id_ = assignment.rule_id
            if id_ in made:
                draft.create(self._spot("rule", id_), made[id_], otherwise=Moved())
            unknown = InvalidPayload(f"validation_rules.{index}: Cannot find validation_rule with id {id_}")
            self._count_assignments(draft, id_, 1, otherwise=unknown)
            draft.things[self._spot("assignment", id_, assignment.id)] = assignment

    def _free(self, draft: Draft, assignments: Iterable[Assignment]) -> None:
        """A thing that is under no rules any more."""
        for assignment in assignments:
            self._count_assignments(draft, assignment.rule_id, -1, otherwise=Moved())
            if draft.things.pop(self._spot("assignment", assignment.rule_id, assignment.id), None) is None:
                raise Moved

    def _count_assignments(self, draft: Draft, rule_id: str, more: int, *, otherwise: Exception) -> None:
        def with_more(found: ValidationRule) -> ValidationRule:
            return found.model_copy(update={"assignments_count": found.assignments_count + more})

        draft.change(self._spot("rule", rule_id), with_more, otherwise=otherwise)

    def _save_campaign(self, draft: Draft, campaign: Campaign) -> None:
        def saved(found: Campaign) -> Campaign | None:
            update = {"vouchers_count": found.vouchers_count, "version": found.version + 1}
            return campaign.model_copy(update=update) if found.version == campaign.version else None

        draft.change(self._spot("campaign", campaign.id), saved, otherwise=Moved())

    def _count_codes(self, draft: Draft, campaign: Campaign, more: int, *, otherwise: Exception | None = None) -> None:
        def with_more(found: Campaign) -> Campaign | None:
            count = {"vouchers_count": found.vouchers_count + more}
            return None if found.deleted else found.model_copy(update=count)

        gone = otherwise or NotFound("campaign", campaign.id)
        draft.change(self._spot("campaign", campaign.id), with_more, otherwise=gone)

    def _usage_spot(self, usage: Usage) -> Spot:
        return self._spot("usage", usage.name)

    def _use(
        self,
        draft: Draft,
        by: Mapping[Usage, Used],
        needs: Iterable[Need],
        ending: Iterable[Hold],
        starting: Iterable[Hold] = (),
        kept: Mapping[Usage, Kept] | None = None,
    ) -> None:
        for need in needs:
            now = draft.things.get(self._usage_spot(need.usage)) or Kept()
            if need.exactly is not None and now.used != (kept or {})[need.usage].used:
                raise Moved
        for holds, more in ((ending, -1), (starting, 1)):
            for name in (name for hold in holds for name in hold.counted):
                spot = self._spot("usage", name)
                known = draft.things.get(spot) or Kept()
                draft.things[spot] = known._replace(holds=known.holds + more)
        back = added(hold.uses for hold in ending)
        net = added([by, {usage: used.negated() for usage, used in back.items()}])
        for usage, more in net.items():
            spot = self._usage_spot(usage)
            known = draft.things.get(spot) or Kept()
            draft.things[spot] = known._replace(used=known.used.plus(more))
        for need in needs:
            now = draft.things[self._usage_spot(need.usage)].used
            if need.most is not None and getattr(now, need.measure) > need.most:
                raise Moved

    def _end(self, draft: Draft, hold: Hold, spot: Spot) -> None:
        """A hold, as it was read, ends, and gives back what it took of limits."""
        draft.drop(spot, hold)
        self._use(draft, {}, (), [hold])


def counted(voucher: Voucher, **more: int) -> Voucher:
    return voucher.model_copy(update={name: getattr(voucher, name) + by for name, by in more.items()})


def _ending(verdict: Verdict) -> list[Hold]:
    return [hold for offer in verdict.applicable for hold in offer.place.holds]


def usable(voucher: Voucher) -> bool:
    return voucher.active and not voucher.deleted


class FakeLedger(Store):
    """Redemptions, and the vouchers, holds, customers and orders that they touch."""

    def gather(
        self, checkout: Checkout, *, at: datetime, warm: bool, given: Mapping[str, Redeemable] | None = None
    ) -> Facts:
        redeemables = dict(given or {})
        for named in checkout.named:
            voucher = self._memory.get(*self._voucher_spot(named))
            if voucher is None or voucher.deleted:
                continue
            campaign = self._campaign(voucher)
            if voucher.campaign_id and (campaign is None or campaign.deleted):
                continue
            session = checkout.session and checkout.session.key
            own = self._memory.get(*self._hold_spot(named, session)) if session else None
            redeemables[named] = Redeemable(voucher, campaign, own)
        id_ = self.customer_id(checkout.customer) if checkout.customer else None
        order_id_ = self.order_id(checkout)
        customer = self._memory.get(*self._spot("customer", id_)) if id_ else None
        order = self._memory.get(*self._spot("order", order_id_)) if order_id_ else None
        whose = customer.id if customer else id_
        summary = self._summary(customer) if checkout.customer else self._summary_of(order)
        project = self._memory.get(*self._spot("settings")) or Project()
        rules = self._rules_of(redeemables.values())
        person = person_of(checkout.customer, customer, summary, whose, at=at)
        segments = {segment.id: segment for segment in self._memory.all(*self._spot("segment"))}
        sold = as_known(checkout.order, order)
        limited = {
            usage_of(name, who(checkout, whose, offer), at=at, zone=project.zone)
            for offer in redeemables.values()
            for id_ in offer.rules
            if id_ in rules
            for name in rules[id_].asks.limits
        }
        kept = {usage: self._memory.get(*self._usage_spot(usage)) or Kept() for usage in limited if usage}
        return Facts(
            redeemables,
            customer,
            order,
            summary,
            project,
            whose,
            rules,
            lines_of(sold, self.project) if sold and rules else (),
            entered(segments, (), person, at) if person else frozenset(),
            counted=Counted(kept),
        )

    def _rules_of(self, redeemables: Iterable[Redeemable]) -> dict[str, Compiled]:
        ids = {id_ for redeemable in redeemables for id_ in redeemable.rules}
        found = {id_: self._memory.get(*self._spot("rule", id_)) for id_ in ids}
        return {id_: compiled(rule) for id_, rule in found.items() if rule}

    def lapsed(self, voucher: Voucher, *, but: str | None, at: datetime) -> tuple[Hold, ...]:
        holds = self._memory.all(*self._spot("hold", code_hash(self.project, voucher.code)))
        return tuple(hold for hold in holds if hold.lapsed(at) and hold.session != but)

    def freed(self, facts: Facts, *, at: datetime) -> Counted:
        own = {(it.voucher.id[2:], it.own.session) for it in facts.redeemables.values() if it.own}
        holds = {spot[2:]: hold for spot, hold in self._memory.things.items() if spot[:2] == self._spot("hold")}
        lapsed = {spot: hold for spot, hold in holds.items() if hold.lapsed(at) and spot not in own}
        theirs = {spot: it.uses for spot, it in lapsed.items()}
        known = {spot: its for spot, its in theirs.items() if any(usage in facts.counted.kept for usage in its)}
        return facts.counted._replace(
            freed=added([facts.counted.freed, *known.values()]),
            lapsed=tuple(LapsedHold(hashed, session, lapsed[hashed, session].until) for hashed, session in known),
        )

    def clear(self, lapsed: Sequence[LapsedHold]) -> None:
        with self._memory.commit() as draft:
            self._clear(draft, lapsed)

    def _clear(self, draft: Draft, lapsed: Sequence[LapsedHold]) -> None:
        for hashed, session, since in lapsed:
            hold = draft.things.get(self._spot("hold", hashed, session))
            if hold and hold.until == since:
                self._end(draft, hold, self._spot("hold", hashed, session))
                back = partial(counted, taken=-1, free=hold.credits)
                draft.change(self._spot("voucher", hashed), back, otherwise=Moved())

    def hold(self, verdict: Verdict, *, session: str, until: datetime) -> None:
        starting = []
        with self._memory.commit() as draft:
            self._clear(draft, verdict.facts.counted.lapsed)
            for offer in verdict.applicable:
                its = offer.redeemable
                spot = self._hold_spot(its.voucher.code, session)
                new = Hold(session, until, offer.credits or 0, {it.name: used for it, used in offer.counts.items()})
                starting.append(new)
                if its.own:
                    draft.change(spot, lambda _, new=new: new, otherwise=Moved())
                else:
                    draft.create(spot, new, otherwise=Moved())
                self._take(draft, offer, redeemed=False)
            self._use(draft, verdict.counts, verdict.needs, _ending(verdict), starting, verdict.facts.counted.kept)

    def spend(self, verdict: Verdict, told: Told) -> None:
        with self._memory.commit() as draft:
            if verdict.rests_on_history and self._history_of(draft, verdict) != verdict.facts.summary:
                raise Moved
            self._clear(draft, verdict.facts.counted.lapsed)
            for offer in verdict.applicable:
                self._take(draft, offer, redeemed=True)
                if own := offer.place.own:
                    draft.drop(self._hold_spot(offer.redeemable.voucher.code, own.session), own)
            self._use(draft, verdict.counts, verdict.needs, _ending(verdict), kept=verdict.facts.counted.kept)
            for record in (*told.records, *filter(None, (told.parent,))):
                self._record(draft, record)
            if told.order:
                self._keep_order(draft, told.order, verdict.facts.order)
            if told.customer:
                self._keep_customer(draft, told.customer, verdict.facts.customer)
                self._count(draft, tally_of(told.customer, succeeded=len(told.records), credits_=told.credits))

    def _history_of(self, draft: Draft, verdict: Verdict) -> Summary | None:
        customer = verdict.facts.customer
        spot = self._summary_spot(customer.id, customer.created_at) if customer else None
        return draft.things.get(spot, Summary()) if spot else verdict.facts.summary

    def record(self, told: Told) -> None:
        with self._memory.commit() as draft:
            draft.things |= {self._spot("redemption", record.id): record for record in told.records}
            if told.customer:
                self._count(draft, tally_of(told.customer, failed=len(told.records)))

    def give_back(self, told: Told, undone: Sequence[Redemption], *, known: StoredOrder | None) -> None:
        with self._memory.commit() as draft:
            for record, rollback in zip(undone, (*told.records, *filter(None, (told.parent,))), strict=True):
                after = record.model_copy(update={"status": "ROLLED_BACK", "undone_by": rollback.id})
                draft.change(
                    self._spot("redemption", record.id),
                    lambda found, after=after: after if found.status == "SUCCEEDED" else None,
                    otherwise=Moved(),
                )
                self._record(draft, rollback)
                offer = told.offers.get(record.code or "")
                if offer and offer.voucher:
                    draft.change(
                        self._voucher_spot(offer.voucher.code),
                        lambda found, back=record.credits or 0: counted(
                            found, taken=-1, redeemed_quantity=-1, balance=back, free=back
                        ),
                        otherwise=Moved(),
                    )
            back = {usage: used.negated() for usage, used in added(record.uses for record in undone).items()}
            self._use(draft, back, (), ())
            if told.order and known:
                self._keep_order(draft, told.order, known)
            if told.customer and undone[0].date >= told.customer.created_at:
                self._count(draft, tally_of(told.customer, rolled_back=len(told.records), credits_=-told.credits))

    def get(self, redemption_id: str) -> Redemption:
        record: Redemption | None = self._memory.get(*self._spot("redemption", redemption_id))
        if record is None:
            raise NotFound("redemption", redemption_id)
        return record

    def get_many(self, ids: Iterable[str]) -> dict[str, Redemption]:
        found = {id_: self._memory.get(*self._spot("redemption", id_)) for id_ in ids}
        return {id_: record for id_, record in found.items() if record}

    def of_voucher(self, code: str) -> Iterator[Redemption]:
        hashed = code_hash(self.project, code)
        records = (record for record in self._memory.all(*self._spot("redemption")))
        of_it = [record for record in records if record.code and code_hash(self.project, record.code) == hashed]
        return iter(sorted(of_it, key=lambda record: record.id.partition("_")[2], reverse=True))

    def wanted(self, query: Query) -> Listed[Redemption]:
        return wanted(self._memory.all(*self._spot("redemption")), REDEMPTIONS, query)

    def tell(self, records: Sequence[Redemption], *, parent: Redemption | None = None) -> Told:
        offers, orders, customers = self.around(records)
        first = records[0]
        order, customer = orders.get(first.order_id or ""), customers.get(first.customer_id or "")
        return Told(tuple(records), parent, order, customer, offers)

    def around(
        self, records: Iterable[Redemption]
    ) -> tuple[Mapping[str, Offer], Mapping[str, StoredOrder], Mapping[str, Customer]]:
        offers: dict[str, Offer] = {}
        orders: dict[str, StoredOrder] = {}
        customers: dict[str, Customer] = {}
        for record in records:
            if record.code and (voucher := self._memory.get(*self._voucher_spot(record.code))):
                offers[record.code] = Offer(voucher, self._campaign(voucher))
            if record.order_id and (order := self._memory.get(*self._spot("order", record.order_id))):
                orders[record.order_id] = order
            if record.customer_id and (customer := self._memory.get(*self._spot("customer", record.customer_id))):
                customers[record.customer_id] = customer
        return offers, orders, customers

    def order_id(self, checkout: Checkout) -> str | None:
        return order_id(self.project, checkout.order) if checkout.order else None

    def _campaign(self, voucher: Voucher) -> Campaign | None:
        return self._memory.get(*self._spot("campaign", voucher.campaign_id)) if voucher.campaign_id else None

    def _take(self, draft: Draft, offer: Applicable, *, redeemed: bool) -> None:
        place, voucher, credits_ = offer.place, offer.redeemable.voucher, offer.credits or 0
        for hold in place.lapsed:
            draft.drop(self._hold_spot(voucher.code, hold.session), hold)
        more = {"taken": 1 - len(place.holds), "free": place.credits - credits_}
        if redeemed:
            more |= {"redeemed_quantity": 1, "balance": -credits_}

        def taken(found: Voucher) -> Voucher | None:
            bound = found.redeemed_quantity if place.holds else found.taken
            left = found.quantity is None or bound < found.quantity
            return counted(found, **more) if usable(found) and left and found.free + more["free"] >= 0 else None

        if any(more.values()):
            draft.change(self._voucher_spot(voucher.code), taken, otherwise=Moved())

    def _record(self, draft: Draft, record: Redemption) -> None:
        taken = Conflict("conflict", "Two records drew one id")
        draft.create(self._spot("redemption", record.id), record, otherwise=taken)


COUNTERS = (
    "holder_id",
    "redeemed_quantity",
    "taken",
    "published",
    "deleted",
    "income",
    "subtracted",
    "balance",
    "free",
)


def wanted(things: Iterable[Any], attributes: Attributes, query: Query) -> Listed[Any]:
    """A part of a list, by looking at everything."""
    kept = [it for it in things if all(one.keeps(it, attributes, at=query.at) for one in query.filters)]
    found = in_order(kept, query.order or Ordering(), attributes)
    ids = [attributes["id"].of(thing) for thing in found]
    if query.after is not None and query.after not in ids:
        raise InvalidPayload("starting_after_id: is not on this list")
    start = query.skip + (ids.index(query.after) + 1 if query.after is not None else 0)
    end = start + query.limit
    return Listed(found[start:end], len(found), more=end < len(found))


class FakeVouchers(Store):
    """Vouchers, each with its campaign, and the holds on them."""

    def get(self, code: str) -> Made:
        voucher: Voucher | None = self._memory.get(*self._voucher_spot(code))
        if voucher is None or voucher.deleted:
            raise NotFound("voucher", code)
        campaign = self._memory.get(*self._spot("campaign", voucher.campaign_id)) if voucher.campaign_id else None
        if voucher.campaign_id and (campaign is None or campaign.deleted):
            raise NotFound("voucher", code)
        return Made(voucher, campaign)

    def wanted(self, query: Query) -> Listed[Made]:
        campaigns = {campaign.id: campaign for campaign in self._memory.all(*self._spot("campaign"))}
        vouchers = (voucher for voucher in self._memory.all(*self._spot("voucher")) if not voucher.deleted)
        made = (Made(voucher, campaigns.get(voucher.campaign_id or "")) for voucher in vouchers)
        seen = (it for it in made if not it.voucher.campaign_id or (it.campaign and not it.campaign.deleted))
        return wanted(seen, VOUCHERS, query)

    def add(self, made: Made, *, rules: Sequence[ValidationRule] = (), otherwise: Exception) -> None:
        with self._memory.commit() as draft:
            draft.create(self._voucher_spot(made.voucher.code), made.voucher, otherwise=otherwise)
            self._assign(draft, made.voucher.assignments, rules)

    def save(self, made: Made) -> None:
        voucher = made.voucher

        def saved(found: Voucher) -> Voucher | None:
            kept = {name: getattr(found, name) for name in COUNTERS}
            update = {**kept, "version": found.version + 1}
            return voucher.model_copy(update=update) if found.version == voucher.version else None

        with self._memory.commit() as draft:
            draft.change(self._voucher_spot(voucher.code), saved, otherwise=Moved())

    def adjust(self, adjusted: tuple[Voucher, Adjustment]) -> None:
        voucher, adjustment = adjusted
        amount = adjustment.amount
        more = {"balance": amount, "free": amount, "income" if amount > 0 else "subtracted": abs(amount)}

        def adjusting(found: Voucher) -> Voucher | None:
            return None if found.deleted or found.free + amount < 0 else counted(found, **more)

        with self._memory.commit() as draft:
            draft.change(self._voucher_spot(voucher.code), adjusting, otherwise=Moved())
            draft.create(self._adjustment_spot(voucher.code, adjustment.id), adjustment, otherwise=Moved())

    def adjustments(self, code: str) -> list[Adjustment]:
        return self._memory.all(*self._adjustment_spot(code, "")[:3])

    def _adjustment_spot(self, code: str, id_: str) -> Spot:
        return self._spot("adjustment", code_hash(self.project, code), id_)

    def remove(self, voucher: Voucher, *, for_good: bool) -> None:
        spot = self._voucher_spot(voucher.code)
        with self._memory.commit() as draft:
            if getattr(draft.things.get(spot), "version", voucher.version) != voucher.version:
                raise Moved
            self._free(draft, voucher.assignments)
            if for_good:
                draft.things.pop(spot, None)
                for held in [held for held in draft.things if held[:3] == self._hold_spot(voucher.code, "")[:3]]:
                    self._end(draft, draft.things[held], held)
            else:
                gone = voucher.model_copy(update={"deleted": True, "assignments": ()})
                draft.replace(spot, gone, version=voucher.version, otherwise=Moved())

    def hold(self, code: str, session: str) -> Hold | None:
        hold: Hold | None = self._memory.get(*self._hold_spot(code, session))
        return hold

    def release(self, voucher: Voucher, hold: Hold) -> None:
        with self._memory.commit() as draft:
            self._end(draft, hold, self._hold_spot(voucher.code, hold.session))
            draft.change(
                self._voucher_spot(voucher.code),
                lambda found: counted(found, taken=-1, free=hold.credits),
                otherwise=Moved(),
            )


class FakeCampaigns(Store):
    """Campaigns, their names and their codes."""

    def find(self, id_or_name: str) -> Campaign | None:
        id_ = self._memory.get(*self._spot("campaign_name", id_or_name)) or id_or_name
        campaign: Campaign | None = self._memory.get(*self._spot("campaign", id_or_name))
        campaign = campaign or self._memory.get(*self._spot("campaign", id_))
        return None if campaign is None or campaign.deleted else campaign

    def get(self, id_or_name: str) -> Campaign:
        campaign = self.find(id_or_name)
        if campaign is None:
            raise NotFound("campaign", id_or_name)
        return campaign

    def wanted(self, query: Query) -> Listed[Campaign]:
        every = (campaign for campaign in self._memory.all(*self._spot("campaign")) if not campaign.deleted)
        return wanted(every, CAMPAIGNS, query)

    def add(
        self,
        campaign: Campaign,
        *firsts: Voucher,
        outcome: object,
        action: AsyncAction | None = None,
        rules: Sequence[ValidationRule] = (),
        otherwise: Exception | None = None,
    ) -> None:
        with self._memory.commit() as draft:
            taken = Duplicate("campaign", campaign.name)
            draft.create(self._spot("campaign_name", campaign.name), campaign.id, otherwise=taken)
            draft.create(self._spot("campaign", campaign.id), campaign, otherwise=Moved())
            self._add_codes(draft, firsts, otherwise=otherwise or Moved())
            self._assign(draft, campaign.assignments, rules)
            self._start(draft, action)

    def save(
        self,
        campaign: Campaign,
        *,
        outcome: object = None,
        action: AsyncAction | None = None,
        released: Sequence[Assignment] = (),
    ) -> None:
        with self._memory.commit() as draft:
            self._save_campaign(draft, campaign)
            self._start(draft, action)
            self._free(draft, released)

    def add_vouchers(
        self,
        campaign: Campaign,
        vouchers: Sequence[Voucher],
        *,
        outcome: object = None,
        rules: Sequence[ValidationRule] = (),
        otherwise: Exception,
    ) -> None:
        with self._memory.commit() as draft:
            self._add_codes(draft, vouchers, otherwise=otherwise)
            self._count_codes(draft, campaign, len(vouchers))
            for voucher in vouchers:
                self._assign(draft, voucher.assignments, rules)

    def _start(self, draft: Draft, action: AsyncAction | None) -> None:
        if action:
            draft.create(self._spot("async_action", action.id), action, otherwise=Moved())


class FakePublications(Store):
    """Publications, and the codes that they give away."""

    @property
    def campaigns(self) -> FakeCampaigns:
        return FakeCampaigns(self._memory, self.project)

    @property
    def vouchers(self) -> FakeVouchers:
        return FakeVouchers(self._memory, self.project)

    def known(self, publication_id: str | None, customer_id_: str, campaign_id: str | None) -> Known:
        return Known(
            self._memory.get(*self._spot("customer", customer_id_)),
            self._memory.get(*self._spot("publication", publication_id)) if publication_id else None,
            self._memory.get(*self._spot("joined", customer_id_, campaign_id)) if campaign_id else None,
            self._memory.get(*self._spot("settings")) or Project(),
        )

    def get(self, publication_id: str) -> Publication:
        publication: Publication | None = self._memory.get(*self._spot("publication", publication_id))
        if publication is None:
            raise NotFound("publication", publication_id)
        return publication

    def wanted(self, query: Query) -> Listed[Published]:
        return wanted(self.tell(self._memory.all(*self._spot("publication"))), PUBLICATIONS, query)

    def free(self, campaign_id: str) -> Iterator[Voucher]:
        for voucher in self._memory.all(*self._spot("voucher")):
            if voucher.campaign_id == campaign_id and usable(voucher) and not voucher.published:
                yield voucher

    def publish(self, published: Published, *, known: Known, minted: Sequence[Voucher]) -> None:
        publication = published.publication
        new = {voucher.id for voucher in minted}
        with self._memory.commit() as draft:
            draft.create(self._spot("publication", publication.id), publication, otherwise=Moved())
            if published.customer:
                self._keep_customer(draft, published.customer, known.customer)
            if publication.campaign_id and known.joined is None:
                joined = self._spot("joined", publication.customer_id, publication.campaign_id)
                draft.create(joined, publication.id, otherwise=Moved())
            for voucher in published.vouchers:
                if voucher.id in new:
                    self._add_codes(draft, [voucher], otherwise=Moved())
                else:
                    self._give(draft, voucher, publication.customer_id)
            if minted and published.campaign:
                self._count_codes(draft, published.campaign, len(minted))

    def tell(self, publications: Sequence[Publication]) -> list[Published]:
        return [
            Published(
                publication,
                tuple(
                    voucher for code in publication.codes if (voucher := self._memory.get(*self._voucher_spot(code)))
                ),
                self._memory.get(*self._spot("customer", publication.customer_id)),
                self._memory.get(*self._spot("campaign", publication.campaign_id or "")),
            )
            for publication in publications
        ]

    def _give(self, draft: Draft, voucher: Voucher, holder: str) -> None:
        def given(found: Voucher) -> Voucher | None:
            if not usable(found) or (voucher.is_unique and found.published):
                return None
            update = {"holder_id": found.holder_id or holder, "expiration_date": voucher.expiration_date}
            return counted(found, published=1).model_copy(update=update)

        draft.change(self._voucher_spot(voucher.code), given, otherwise=Moved())


class FakeRules(Store):
    """Validation rules, and what is under them."""

    def get(self, rule_id: str) -> ValidationRule:
        rule: ValidationRule | None = self._memory.get(*self._spot("rule", rule_id))
        if rule is None:
            raise NotFound("validation_rule", rule_id)
        return rule

    def wanted(self, query: Query) -> Listed[ValidationRule]:
        return wanted(self._memory.all(*self._spot("rule")), RULES, query)

    def add(self, rule: ValidationRule) -> None:
        with self._memory.commit() as draft:
            draft.create(self._spot("rule", rule.id), rule, otherwise=Moved())

    def save(self, rule: ValidationRule) -> None:
        def saved(found: ValidationRule) -> ValidationRule | None:
            update = {"assignments_count": found.assignments_count, "version": found.version + 1}
            return rule.model_copy(update=update) if found.version == rule.version else None

        with self._memory.commit() as draft:
            draft.change(self._spot("rule", rule.id), saved, otherwise=Moved())

    def remove(self, rule: ValidationRule) -> None:
        with self._memory.commit() as draft:
            assignments = self._memory.all(*self._spot("assignment", rule.id))
            known = draft.things.get(self._spot("rule", rule.id))
            if known is None or known != rule or len(assignments) != rule.assignments_count:
                raise Moved
            for it in assignments:
                self._revise(draft, released(self.thing(it), it))
                del draft.things[self._spot("assignment", rule.id, it.id)]
            del draft.things[self._spot("rule", rule.id)]

    def assignment(self, rule_id: str, assignment_id: str) -> Assignment:
        assignment: Assignment | None = self._memory.get(*self._spot("assignment", rule_id, assignment_id))
        if assignment is None:
            raise NotFound("validation_rules_assignment", assignment_id)
        return assignment

    def wanted_assignments(self, query: Query) -> Listed[Assignment]:
        return wanted(self._memory.all(*self._spot("assignment")), ASSIGNMENTS, query)

    def thing(self, assignment: Assignment) -> Voucher | Campaign:
        thing: Voucher | Campaign | None = self._memory.get(*self._thing_spot(assignment))
        if thing is None:
            raise Moved
        return thing

    def assign(self, assignment: Assignment, thing: Voucher | Campaign, *, again: bool) -> None:
        with self._memory.commit() as draft:
            if not again:
                unknown = NotFound("validation_rule", assignment.rule_id)
                self._count_assignments(draft, assignment.rule_id, 1, otherwise=unknown)
            self._revise(draft, thing)
            draft.things[self._spot("assignment", assignment.rule_id, assignment.id)] = assignment

    def release(self, assignment: Assignment, thing: Voucher | Campaign) -> None:
        with self._memory.commit() as draft:
            self._free(draft, [assignment])
            self._revise(draft, thing)

    def _revise(self, draft: Draft, thing: Voucher | Campaign) -> None:
        def revised(found: Any) -> Any:
            update = {"assignments": thing.assignments, "version": found.version + 1}
            return found.model_copy(update=update) if found.version == thing.version else None

        kind = "campaign" if isinstance(thing, Campaign) else "voucher"
        name = thing.id if isinstance(thing, Campaign) else code_hash(self.project, thing.code)
        draft.change(self._spot(kind, name), revised, otherwise=Moved())

    def _thing_spot(self, assignment: Assignment) -> Spot:
        name = assignment.related_object_id
        kind = assignment.related_object_type
        return self._spot(kind, name if kind == "campaign" else code_hash(self.project, name))


class FakeProjects(Store):
    """What the project has settled."""

    def get(self) -> Project:
        settled: Project | None = self._memory.get(*self._spot("settings"))
        return settled or Project()

    def save(self, project: Project) -> None:
        with self._memory.commit() as draft:
            draft.things[self._spot("settings")] = project._replace(schemas=self.settled().schemas)

    def save_schema(self, schema: Schema) -> None:
        schemas = Schemas({**self.settled().schemas.of, schema.related_object: schema})
        with self._memory.commit() as draft:
            draft.things[self._spot("settings")] = self.settled()._replace(schemas=schemas)


class FakeCustomers(Store):
    """Customers, and what their histories come to."""

    def get(self, name: str) -> Person:
        person = self.find(name) or self.find(derived("cust", self.project, name))
        if person is None:
            raise NotFound("customer", name)
        return person

    def find(self, id_: str) -> Person | None:
        customer: Customer | None = self._memory.get(*self._spot("customer", id_))
        return Person(customer, self._summary(customer)) if customer else None

    def save(self, person: Person, *, known: Customer | None) -> None:
        with self._memory.commit() as draft:
            self._keep_customer(draft, person.customer, known)

    def remove(self, customer: Customer, *, outcome: object = None) -> None:
        with self._memory.commit() as draft:
            draft.drop(self._spot("customer", customer.id), customer)
            for kind in ("summary", "joined", "consents", "consent"):
                for spot in [it for it in draft.things if it[:3] == self._spot(kind, customer.id)]:
                    del draft.things[spot]


class FakeConsents(Store):
    """What customers allow, and every word that they have said."""

    def get(self, customer_id: str) -> Consents:
        return self._memory.get(*self._spot("consents", customer_id)) or Consents(customer_id=customer_id)

    def history(self, customer_id: str) -> History:
        said = sorted(self._memory.all(*self._spot("consent", customer_id)), key=lambda it: it.at, reverse=True)
        return History(self.get(customer_id), tuple(said[:100]))

    def save(self, consents: Consents, words: Sequence[Word], *, learned: Learned | None = None) -> None:
        id_ = consents.customer_id
        with self._memory.commit() as draft:
            if self._spot("customer", id_) not in draft.things:
                raise Moved
            if learned:
                self._keep_customer(draft, learned.now, learned.before)
            spot = self._spot("consents", id_)
            if consents.version:
                draft.replace(spot, consents, version=consents.version, otherwise=Moved())
            else:
                draft.create(spot, consents.model_copy(update={"version": 1}), otherwise=Moved())
            for word in words:
                draft.things[self._spot("consent", id_, word.model_dump_json())] = word


class FakeOrders(Store):
    """Orders, and what they add to their customers' summaries."""

    def get(self, name: str) -> StoredOrder:
        names = (name, derived("ord", self.project, name))
        orders = (self._memory.get(*self._spot("order", id_)) for id_ in names)
        order: StoredOrder | None = next(filter(None, orders), None)
        if order is None:
            raise NotFound("order", name)
        return order

    def known(self, order_id_: str | None, profile: Profile | None) -> Standing:
        buyer = self.customer_id(profile) if profile else None
        order = self._memory.get(*self._spot("order", order_id_)) if order_id_ else None
        customer = self._memory.get(*self._spot("customer", buyer)) if buyer else None
        return Standing(order, customer, self._summary(customer) if profile else self._summary_of(order))

    def save(self, order: StoredOrder, *, customer: Customer | None, known: Standing) -> None:
        with self._memory.commit() as draft:
            if order != known.order:
                self._keep_order(draft, order, known.order)
            if customer:
                self._keep_customer(draft, customer, known.customer)

    def order_id(self, order: Order) -> str | None:
        return order_id(self.project, order)


class FakeWork(Store):
    """What the worker of async actions writes."""

    def action(self, action_id: str) -> AsyncAction | None:
        action: AsyncAction | None = self._memory.get(*self._spot("async_action", action_id))
        return action

    def campaign(self, campaign_id: str) -> Campaign | None:
        campaign: Campaign | None = self._memory.get(*self._spot("campaign", campaign_id))
        return campaign

    def lane(self, action: AsyncAction, number: int) -> Lane:
        lane: Lane | None = self._memory.get(*self._spot("lane", action.id, str(number)))
        return lane or Lane(number=number, total=action.shares[number])

    def lanes(self, action: AsyncAction) -> list[Lane]:
        return [self.lane(action, number) for number in range(len(action.shares))]

    def close(self, action: AsyncAction) -> list[Lane]:
        with self._memory.commit() as draft:
            for lane in (lane for lane in self.lanes(action) if not lane.closed):
                self._move(draft, action, lane.model_copy(update={"closed": True}))
        return self.lanes(action)

    def make(self, action: AsyncAction, lane: Lane, prototype: Voucher, codes: Mapping[str, str]) -> Lane:
        vouchers = [prototype.model_copy(update={"id": id_, "code": code}) for id_, code in codes.items()]
        with self._memory.commit() as draft:
            self._add_codes(draft, vouchers, otherwise=Moved())
            return self._move(draft, action, lane)

    def fits(self, changes: Changes) -> bool:
        return True

    def bring_in(self, action: AsyncAction, lane: Lane, changes: Changes) -> Lane:
        with self._memory.commit() as draft:
            self._add_codes(draft, changes.vouchers, otherwise=Moved())
            for customer, known in changes.customers:
                self._keep_customer(draft, customer, known)
            for order, before in changes.orders:
                self._keep_order(draft, order, before)
            return self._move(draft, action, lane)

    def _move(self, draft: Draft, action: AsyncAction, lane: Lane) -> Lane:
        spot = self._spot("lane", action.id, str(lane.number))
        if lane.version:
            draft.replace(spot, lane, version=lane.version, otherwise=Moved())
        else:
            draft.create(spot, lane.model_copy(update={"version": 1}), otherwise=Moved())
        return lane.model_copy(update={"version": lane.version + 1})

    def untaken(self, codes: Mapping[str, str]) -> dict[str, str]:
        return {id_: code for id_, code in codes.items() if self._memory.get(*self._voucher_spot(id_)) is None}

    def order_id(self, order: Order) -> str | None:
        return order_id(self.project, order)

    def customers(self, ids: Iterable[str]) -> dict[str, Customer]:
        found = {id_: self._canonical(id_) for id_ in ids}
        return {id_: customer for id_, customer in found.items() if customer}

    def _canonical(self, id_: str) -> Customer | None:
        customer: Customer | None = self._memory.get(*self._spot("customer", id_))
        return self._canonical(customer.merged_into) if customer and customer.merged_into else customer

    def orders(self, ids: Iterable[str]) -> dict[str, StoredOrder]:
        found = {id_: self._memory.get(*self._spot("order", id_)) for id_ in ids}
        return {id_: order for id_, order in found.items() if order}

    def lay_down(self, action: AsyncAction, lanes: Sequence[Sequence[Row]], *, at: datetime) -> None:
        with self._memory.commit() as draft:
            draft.things[self._spot("sent", action.id)] = [list(rows) for rows in lanes]

    def rows(self, action: AsyncAction) -> list[list[Row]] | None:
        rows: list[list[Row]] | None = self._memory.get(*self._spot("sent", action.id))
        return rows

    def clear(self, action: AsyncAction) -> None:
        with self._memory.commit() as draft:
            draft.things.pop(self._spot("sent", action.id), None)

    def codes(self, campaign_id: str) -> Iterator[str]:
        every = self._memory.all(*self._spot("voucher"))
        return (code_hash(self.project, voucher.code) for voucher in every if voucher.campaign_id == campaign_id)

    def remove_codes(self, hashes: Sequence[str]) -> None:
        with self._memory.commit() as draft:
            for hashed in hashes:
                if voucher := draft.things.pop(self._spot("voucher", hashed), None):
                    self._free(draft, voucher.assignments)

    def remove_campaign(self, campaign: Campaign) -> None:
        with self._memory.commit() as draft:
            draft.things.pop(self._spot("campaign", campaign.id), None)
            draft.things.pop(self._spot("campaign_name", campaign.name), None)

    def note(self, action: AsyncAction, campaign: Campaign | None, *, more: int) -> None:
        with self._memory.commit() as draft:
            self._note(draft, action)
            if campaign and more:
                self._count_codes(draft, campaign, more, otherwise=Moved())

    def settle(self, action: AsyncAction, campaign: Campaign | None, *, more: int = 0) -> None:
        with self._memory.commit() as draft:
            self._note(draft, action)
            if campaign:
                self._save_campaign(draft, campaign)
                self._count_codes(draft, campaign, more)

    def _note(self, draft: Draft, action: AsyncAction) -> None:
        draft.replace(self._spot("async_action", action.id), action, version=action.version, otherwise=Moved())


class FakeCandidates(Store):
    """What may qualify, by looking at everything."""

    def wallet(self, customer_id: str) -> list[Voucher]:
        given = (it for it in self._memory.all(*self._spot("publication")) if it.customer_id == customer_id)
        codes = dict.fromkeys(code for it in given for code in it.codes)
        found = (self._memory.get(*self._voucher_spot(code)) for code in codes)
        return [voucher for voucher in found if voucher and not voucher.deleted]

    def pieces(
        self,
        own: Iterable[Voucher],
        *,
        own_only: bool,
        before: Position | None = None,
        skip: int = 0,
        session: str | None = None,
    ) -> Iterator[Sequence[Found]]:
        campaigns = {it.id: it for it in self._memory.all(*self._spot("campaign")) if not it.deleted}
        mine = {voucher.id: voucher for voucher in own}
        things: dict[str, Any] = dict(mine)
        if not own_only:
            vouchers = self._memory.all(*self._spot("voucher"))
            alone = (it for it in vouchers if not it.campaign_id and not it.deleted and it.id not in mine)
            things |= campaigns | {it.id: it for it in alone}
        placed = sorted(((Position.of(id_, it.created_at), id_, it) for id_, it in things.items()), reverse=True)
        left = [one for one in placed if before is None or one[0] < before][skip:]
        found = [
            self._found(thing, position, campaigns, session, own=id_ in mine)
            for position, id_, thing in left
            if id_ in campaigns or self._is_there(thing, campaigns, own=id_ in mine)
        ]
        yield from (found[start : start + 100] for start in range(0, len(found), 100))

    def _is_there(self, voucher: Voucher, campaigns: Mapping[str, Campaign], *, own: bool) -> bool:
        if voucher.campaign_id and voucher.campaign_id not in campaigns:
            return False
        return own or not (voucher.is_unique and voucher.published)

    def _found(
        self, thing: Any, position: Position, campaigns: Mapping[str, Campaign], session: str | None, *, own: bool
    ) -> Found:
        if isinstance(thing, Campaign):
            return Found(thing, position, thing)
        hold = self._memory.get(*self._hold_spot(thing.code, session)) if session else None
        return Found(thing, position, campaigns.get(thing.campaign_id or ""), hold, own=own)


class Stores(NamedTuple):
    """All stores of one project; ``everything`` tells what is written, to see that nothing was."""

    project: str
    ledger: Any
    vouchers: Any
    campaigns: Any
    publications: Any
    work: Any
    projects: Any
    customers: Any
    orders: Any
    rules: Any
    candidates: Any
    everything: Callable[[], object]


def in_memory(project: str, memory: Memory | None = None) -> Stores:
    """The stores of a project in a memory, or in one of their own."""
    memory = memory or Memory()
    books = (FakeLedger, FakeVouchers, FakeCampaigns, FakePublications, FakeWork)
    kinds = (*books, FakeProjects, FakeCustomers, FakeOrders, FakeRules, FakeCandidates)
    return Stores(project, *(kind(memory, project) for kind in kinds), everything=lambda: memory.things)
