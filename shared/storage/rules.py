"""Validation rules, what is under them, and each as the closures that judge it, kept warm for a moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from shared.domain.assignments import Assignment, released
from shared.domain.attributes.offers import ASSIGNMENTS, RULES
from shared.domain.campaigns import Campaign
from shared.domain.errors import Moved, NotFound
from shared.domain.ids import code_hash
from shared.domain.lists import Listed, Query
from shared.domain.rules.compiled import Compiled, compiled
from shared.domain.rules.model import ValidationRule
from shared.domain.vouchers import Voucher
from shared.storage import campaigns, voucher_items
from shared.storage.assignments import ATTRIBUTES, counting, creating, ending, keeping
from shared.storage.campaigns import CampaignStore
from shared.storage.documents import revising, value_of
from shared.storage.keys import Key
from shared.storage.lists import ListOf, Narrow, Source, Window, of_keys, of_owner
from shared.storage.table import Item, Table, Write, delete
from shared.storage.voucher_items import voucher_of
from shared.storage.warm import MOST, Warm


class RuleStore:
    """The validation rules of one project."""

    _warm = Warm[Compiled]()
    """A checkout may trust a rule for a moment."""
    _compiled: dict[tuple[str, Key], tuple[int, Compiled]] = {}  # noqa: RUF012 - one per process, on purpose
    """Each rule as it was last compiled, with its version: read anew, it is mostly the same."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def key(self, rule_id: str) -> Key:
        return Key.rule(self.project, rule_id)

    def get(self, rule_id: str) -> ValidationRule:
        """A rule as it is now.

        Raises:
            NotFound: if there is none.
        """
        item = self._table.get(self.key(rule_id))
        if item is None:
            raise NotFound("validation_rule", rule_id)
        return _rule_of(item)

    def wanted(self, query: Query) -> Listed[ValidationRule]:
        """The rules that are asked for."""
        narrow = {"id": of_keys(self.key)}
        return ListOf(self._table, self.project, "rule", RULES, _rules_of, self.key, narrow=narrow).wanted(query)

    def add(self, rule: ValidationRule) -> None:
        """Make a rule."""
        self._table.commit(creating(self.project, rule), outcome=rule)

    def save(self, rule: ValidationRule) -> None:
        """Change a rule from the version that was read.

        Raises:
            Moved: if somebody else has changed it since.
        """
        key = self.key(rule.id)
        change = revising(key, rule, ATTRIBUTES, sets=(), version=rule.version, otherwise=Moved())
        self._table.commit(change, outcome=rule)
        self._warm.forget(self._table, key)

    def remove(self, rule: ValidationRule) -> None:
        """Delete a rule, and every assignment of it.

        Raises:
            Moved: if it, or what is under it, has changed since.
        """
        of_it = self._table.query(self.key(rule.id).PK, starting="assignment#")
        assignments = [value_of(Assignment, item, ()) for item in of_it]
        if len(assignments) != rule.assignments_count:
            raise Moved
        things = self._things(assignments)
        gone = delete(
            self.key(rule.id),
            only_if="#version = :was AND #assignments_count = :count",
            values={"was": rule.version, "count": rule.assignments_count},
            otherwise=Moved(),
        )
        free = (self._revising(released(things[it.id], it)) for it in assignments if it.id in things)
        self._table.commit(gone, *free, *(ending(self.project, it) for it in assignments))
        self._warm.forget(self._table, self.key(rule.id))
        self._forget(things.values())

    # As a checkout needs them

    def seen(self, ids: Iterable[str]) -> dict[str, Compiled]:
        """Those of the rules that are warm. Ask once: they may have lapsed by the time that a batch has come back."""
        known = ((id_, self._warm.of(self._table, self.key(id_))) for id_ in dict.fromkeys(ids))
        return {id_: rule for id_, rule in known if rule}

    def among(self, items: Mapping[Key, Item], ids: Iterable[str]) -> dict[str, Compiled]:
        """Those of the rules that are among the items of a batch."""
        keys = {id_: self.key(id_) for id_ in dict.fromkeys(ids)}
        return {id_: self._ready(key, items[key]) for id_, key in keys.items() if key in items}

    def _ready(self, key: Key, item: Item) -> Compiled:
        """A rule ready to judge; compiled once a version."""
        place = (self._table.name, key)
        version, ready = self._compiled.get(place, (0, None))
        if ready is None or version != item["version"]:
            ready = compiled(_rule_of(item))
            if len(self._compiled) >= MOST:
                self._compiled.clear()
            self._compiled[place] = (item["version"], ready)
        return self._warm.keep(self._table, key, ready)

    # What is under them

    def assignment(self, rule_id: str, assignment_id: str) -> Assignment:
        """An assignment of a rule, as it is now.

        Raises:
            NotFound: if the rule has no such assignment.
        """
        item = self._table.get(Key.assignment(self.project, assignment_id))
        assignment = value_of(Assignment, item, ()) if item else None
        if assignment is None or (assignment.id, assignment.rule_id) != (assignment_id, rule_id):
            raise NotFound("validation_rules_assignment", assignment_id)
        return assignment

    def wanted_assignments(self, query: Query) -> Listed[Assignment]:
        """The assignments that are asked for."""
        key = partial(Key.assignment, self.project)
        narrow: dict[str, Narrow] = {
            "id": of_keys(key),
            "related_object_id": self._of_things,
            "rule_id": of_owner(self._table, self.project, "rule", "assignment"),
        }
        return ListOf(self._table, self.project, "assignment", ASSIGNMENTS, _assignments_of, key, narrow=narrow).wanted(
            query
        )

    def assign(self, assignment: Assignment, thing: Voucher | Campaign, *, again: bool) -> None:
        """Put a thing, as it is from now on, under a rule; ``again``, it was under it already.

        Raises:
            NotFound: if there is no such rule, Moved: if the thing has changed since.
        """
        unknown = NotFound("validation_rule", assignment.rule_id)
        more = () if again else (counting(self.project, assignment.rule_id, 1, otherwise=unknown),)
        self._table.commit(*more, self._revising(thing), keeping(self.project, assignment), outcome=assignment)
        self._forget([thing])

    def release(self, assignment: Assignment, thing: Voucher | Campaign) -> None:
        """Delete an assignment; the thing is as it is from now on.

        Raises:
            Moved: if the thing has changed since, or somebody else has deleted it.
        """
        less = counting(self.project, assignment.rule_id, -1, otherwise=Moved())
        self._table.commit(less, self._revising(thing), ending(self.project, assignment))
        self._forget([thing])

    def thing(self, assignment: Assignment) -> Voucher | Campaign:
        """What an assignment puts under its rule, as it is now.

        Raises:
            Moved: if it is gone by now, and its assignments with it.
        """
        things = self._things([assignment])
        if assignment.id not in things:
            raise Moved
        return things[assignment.id]

    def _things(self, assignments: Sequence[Assignment]) -> dict[str, Voucher | Campaign]:
        """What assignments put under their rules, by the id of the assignment."""
        keys = {it.id: self._key_of(it.related_object_type, it.related_object_id) for it in assignments}
        items = self._table.get_many(keys.values()) if keys else {}
        return {id_: _thing_of(items[key]) for id_, key in keys.items() if key in items}

    def _key_of(self, type_: str, id_: str) -> Key:
        if type_ == "campaign":
            return Key.campaign(self.project, id_)
        return Key.voucher(self.project, code_hash(self.project, id_))

    def _revising(self, thing: Voucher | Campaign) -> Write:
        """The write that changes which rules a thing is under."""
        kind = "campaign" if isinstance(thing, Campaign) else "voucher"
        attributes = campaigns.ATTRIBUTES if isinstance(thing, Campaign) else voucher_items.ATTRIBUTES
        key = self._key_of(kind, thing.id)
        return revising(key, thing, attributes, sets=(), version=thing.version, otherwise=Moved())

    def _forget(self, things: Iterable[Voucher | Campaign]) -> None:
        store = CampaignStore(self._table, self.project)
        for thing in things:
            if isinstance(thing, Campaign):
                store.forget(thing.id)

    def _of_things(self, ids: Sequence[Any], _window: Window) -> Source:
        """The assignments of vouchers and campaigns, which carry them along."""

        def entries(_: object) -> Iterator[Item]:
            keys = [self._key_of(type_, id_) for id_ in dict.fromkeys(ids) for type_ in ("voucher", "campaign")]
            for item in self._table.get_many(keys).values():
                yield from (Key.assignment(self.project, it.id)._asdict() for it in _thing_of(item).assignments)

        return Source(entries, in_order=False, steady=False)


def _thing_of(item: Item) -> Voucher | Campaign:
    return voucher_of(item) if item["SK"] == "voucher" else value_of(Campaign, item, campaigns.ATTRIBUTES)


def _rule_of(item: Item) -> ValidationRule:
    return value_of(ValidationRule, item, ATTRIBUTES)


def _rules_of(items: Sequence[Item]) -> list[ValidationRule]:
    return [_rule_of(item) for item in items]


def _assignments_of(items: Sequence[Item]) -> list[Assignment]:
    return [value_of(Assignment, item, ()) for item in items]
