"""Make segments, change them, forget them; and tell in which ones somebody is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from shared.domain.customers import Customer, Profile
from shared.domain.errors import InvalidPayload, NotFound
from shared.domain.ids import timed
from shared.domain.redemptions import Chance
from shared.domain.segments import Segment, SegmentType, refuse_tangled
from shared.domain.summaries import Person, Summary
from shared.usecases import judged_anew


class Segments(Protocol):
    def get(self, id_: str) -> Segment: ...
    def deleted(self, id_: str) -> Segment | None: ...
    def get_many(self, ids: Iterable[str]) -> Mapping[str, Segment]: ...
    def every(self) -> Mapping[str, Segment]: ...
    def of(self, person: Person, *, at: datetime) -> Sequence[Segment]: ...
    def add(self, segment: Segment, customers: Sequence[str], *, outcome: object = None) -> None: ...
    def save(self, segment: Segment, *, customers: Sequence[str] | None = None) -> None: ...
    def remove(self, segment: Segment) -> None: ...


class Customers(Protocol):
    def get(self, name: str) -> Person: ...
    def customer_id(self, profile: Profile) -> str | None: ...


@judged_anew
def make_segment(
    name: str,
    type_: SegmentType,
    filter_: dict[str, Any] | None,
    customers: Sequence[str] | None,
    *,
    at: datetime,
    segments: Segments,
    people: Customers,
    chance: Chance,
) -> Segment:
    """Make a segment of customers by id or ``source_id``, who need not be known yet, or of those who meet a filter.

    Raises:
        InvalidPayload: naming what is wrong in the filter, or does not go with the type.
    """
    segment = Segment(id=timed("seg", at, chance()), name=name, type=type_, filter=filter_, created_at=at)
    _refuse_what_does_not_fit(segment, customers)
    if segment.static:
        segment = segment.relisted(chance())
    else:
        refuse_tangled(segment, segments.get_many(segment.names))
    segments.add(segment, _ids(customers or (), people), outcome=segment)
    return segment


@judged_anew
def change_segment(
    id_: str,
    changes: Mapping[str, Any],
    customers: Sequence[str] | None,
    *,
    at: datetime,
    segments: Segments,
    people: Customers,
    chance: Chance,
) -> Segment:
    """Change a segment's name or filter; customers that are named replace its whole list.

    Raises:
        NotFound: no such segment; InvalidPayload: as for a new one, or if it would become one of another type.
    """
    known = segments.get(id_)
    if changes.get("type", known.type) != known.type:
        raise InvalidPayload(f"type: a segment stays what it was made as, {known.type}")
    segment = known.changed(**changes, at=at)
    _refuse_what_does_not_fit(segment, customers)
    if segment.names and segment.names != known.names:
        refuse_tangled(segment, {**segments.every(), **segments.get_many(segment.names)})
    elif not segment.static:
        refuse_tangled(segment, segments.get_many(segment.names))
    if customers is None:
        segments.save(segment)
    else:
        segment = segment.relisted(chance())
        segments.save(segment, customers=_ids(customers, people))
    return segment


@judged_anew
def delete_segment(id_: str, *, segments: Segments) -> None:
    """Forget a segment. Filters and rules that name it go on, with nobody in it.

    Raises:
        NotFound: no such segment.
    """
    segments.remove(segments.deleted(id_) or segments.get(id_))


def segments_of(name: str, *, at: datetime, segments: Segments, people: Customers) -> Sequence[Segment]:
    """The segments that a customer is in; of somebody unknown, those that they would be in as a customer."""
    try:
        person = people.get(name)
    except NotFound:
        profile = Profile(id=name)
        person = Person(Customer.new(people.customer_id(profile) or name, profile, at=at), Summary())
    return segments.of(person, at=at)


def _refuse_what_does_not_fit(segment: Segment, customers: Sequence[str] | None) -> None:
    if segment.static and segment.filter is not None:
        raise InvalidPayload("filter: a static segment has a list of customers and no filter")
    if not segment.static and customers is not None:
        raise InvalidPayload(f"customers: a segment that is {segment.type} has a filter and no list")
    if not segment.static and segment.filter is None:
        raise InvalidPayload("filter: Field required")


def _ids(names: Sequence[str], people: Customers) -> list[str]:
    return [people.customer_id(Profile.model_construct(id=name)) or name for name in names]
