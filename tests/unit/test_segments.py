"""Who is in a segment, and which segments cannot be."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.domain.customers import Address, Customer, Profile
from shared.domain.errors import InvalidPayload
from shared.domain.segments import DEEPEST, Segment, entered, refuse_tangled
from shared.domain.summaries import Happened, Person, Purchase, Summary
from tests.unit.values import AT, DAY

ANN = Person(
    Customer(
        id="cust_1",
        profile=Profile(
            source_id="ann",
            name="Ann Li",
            email="Ann@Example.com",
            address=Address(city="Rome", country="IT"),
            metadata={"club": "VIP", "level": 3, "newsletter": True, "since": "2025-12-01", "tags": ["red", "blue"]},
        ),
        created_at=AT - 40 * DAY,
    ),
    Summary(
        orders=2,
        amount=25_000,
        succeeded=3,
        purchases={"ord_1": Purchase(AT - 2 * DAY, 5_000)},
        events={"signed.up": Happened(2, AT - DAY)},
    ),
)


def segment(id_: str = "seg_1", **fields: Any) -> Segment:
    """A passive one, unless fields say that it is another."""
    return Segment(**{"id": id_, "name": id_, "type": "passive", "created_at": AT, **fields})


def filtered(id_: str = "seg_1", *, junction: str = "and", **conditions: Any) -> Segment:
    its = {path.replace("__", "."): {"conditions": verbs} for path, verbs in conditions.items()}
    return segment(id_, filter={"junction": junction, **its})


def naming(id_: str, *others: str, verb: str = "$is") -> Segment:
    return filtered(id_, segment={verb: list(others)})


def by_id(*segments: Segment) -> dict[str, Segment]:
    return {it.id: it for it in segments}


def is_in(conditions: Mapping[str, Any], person: Person = ANN, *, at: datetime = AT, junction: str = "and") -> bool:
    its = {path: {"conditions": verbs} for path, verbs in conditions.items()}
    return bool(entered(by_id(segment(filter={"junction": junction, **its})), (), person, at))


@pytest.mark.parametrize(
    ("path", "conditions", "inside"),
    [
        ("metadata.club", {"$is": "VIP"}, True),
        ("metadata.club", {"$is": ["Gold", "VIP"]}, True),
        ("metadata.club", {"$is_not": ["Gold"]}, True),
        ("metadata.club", {"$in": ["Gold"]}, False),
        ("metadata.level", {"$is": 3}, True),
        ("metadata.level", {"$more_than": 2, "$less_than": [4]}, True),
        ("metadata.level", {"$more_than": [3]}, False),
        ("metadata.newsletter", {"$is": True}, True),
        ("metadata.newsletter", {"$is": [False]}, False),
        ("metadata.since", {"$before": "2026-01-01"}, True),
        ("metadata.since", {"$more_than_ago": 30}, True),
        ("metadata.tags", {"$is": "blue"}, True),
        ("metadata.shoe", {"$more_than": 1}, False),
        ("metadata.shoe", {"$less_than": 1}, False),
        ("metadata.shoe", {"$is_unknown": True}, True),
        ("email", {"$is": "ANN@example.COM"}, True),
        ("address.city", {"$starts_with": "R"}, True),
        ("created_at", {"$more_than": 39}, True),
        ("created_at", {"$less_than": [39]}, False),
        ("created_at", {"$after": ["2026-01-01T00:00:00.000Z"]}, True),
        ("summary.orders.total_count", {"$greater_than_or_equal": 2}, True),
        ("summary.orders.total_amount", {"$more_than": [25_000]}, False),
        ("summary.orders.last_order_date", {"$less_than": 3}, True),
        ("summary.redemptions.total_succeeded", {"$is": 3}, True),
        ("events.signed.up.count", {"$is": 2}, True),
        ("events.signed.up.last", {"$less_than": 2}, True),
        ("events.left.count", {"$less_than": 1}, True),
        ("events.left.last", {"$has_value": True}, False),
    ],
)
def test_a_condition_is_judged_over_what_is_known_now(path: str, conditions: dict[str, Any], inside: bool) -> None:
    assert is_in({path: conditions}) is inside


def test_conditions_are_joined_by_and_unless_the_filter_says_or() -> None:
    both = {"metadata.club": {"$is": "VIP"}, "metadata.level": {"$is": 4}}
    assert (is_in(both), is_in(both, junction="or"), is_in(both, junction="AND")) == (False, True, False)


def test_who_is_listed_is_in_a_static_segment_whatever_is_known_of_them() -> None:
    both = by_id(segment("seg_1", type="static"), segment("seg_2", type="static"))
    assert entered(both, {"seg_2", "seg_9"}, ANN, AT) == {"seg_2"}


def test_a_filter_may_ask_about_other_segments() -> None:
    known = by_id(
        segment("seg_vip", type="static"),
        filtered("seg_rome", address__city={"$is": "Rome"}),
        naming("seg_both", "seg_vip"),
        naming("seg_neither", "seg_vip", "seg_rome", verb="$not_in"),
        naming("seg_deep", "seg_both", verb="$in"),
        naming("seg_lost", "seg_gone"),
        naming("seg_not_lost", "seg_gone", verb="$is_not"),
    )
    assert entered(known, {"seg_vip"}, ANN, AT) == {"seg_vip", "seg_rome", "seg_both", "seg_deep", "seg_not_lost"}
    assert entered(known, (), ANN, AT) == {"seg_rome", "seg_not_lost"}


def test_a_circle_that_two_requests_made_at_once_has_nobody_in_it() -> None:
    circle = by_id(naming("seg_1", "seg_2"), naming("seg_2", "seg_3"), naming("seg_3", "seg_1"))
    assert entered(circle, (), ANN, AT) == frozenset()


def test_time_passes_without_a_write() -> None:
    lapsed = {"summary.orders.last_order_date": {"$more_than": [90]}}
    assert [is_in(lapsed, at=AT + days * DAY) for days in (88, 89)] == [False, True]


# What cannot be


@pytest.mark.parametrize(
    ("path", "conditions", "where"),
    [
        ("shoe_size", {"$is": 5}, "filter.shoe_size"),
        ("metadatas.club", {"$is": 5}, "filter.metadatas.club"),
        ("events.signed_up", {"$is": 5}, "filter.events.signed_up"),
        ("events", {"$is": 5}, "filter.events"),
        ("events.count", {"$is": 5}, "filter.events.count"),
        ("name", {}, "filter.name.conditions"),
        ("name", {"$more_than": 5}, "filter.name.conditions.$more_than"),
        ("name", {"$resembles": "Ann"}, "filter.name.conditions.$resembles"),
        ("name", {"$is": 5}, "filter.name.conditions.$is"),
        ("name", {"$is": ["Ann", None]}, "filter.name.conditions.$is.1"),
        ("name", {"$is": []}, "filter.name.conditions.$is"),
        ("name", {"$is": "x" * 201}, "filter.name.conditions.$is"),
        ("name", {"$has_value": "yes"}, "filter.name.conditions.$has_value"),
        ("metadata.level", {"$more_than": "much"}, "filter.metadata.level.conditions.$more_than"),
        ("metadata.level", {"$is": {}}, "filter.metadata.level.conditions.$is"),
        ("summary.orders.total_count", {"$is": ["2"]}, "filter.summary.orders.total_count.conditions.$is.0"),
        ("summary.orders.total_count", {"$is": True}, "filter.summary.orders.total_count.conditions.$is"),
        ("summary.orders.total_count", {"$is": 1e300}, "filter.summary.orders.total_count.conditions.$is"),
        ("created_at", {"$is": "2026-01-01"}, "filter.created_at.conditions.$is"),
        ("created_at", {"$after": 5}, "filter.created_at.conditions.$after"),
        ("created_at", {"$after": "soon"}, "filter.created_at.conditions.$after"),
        ("created_at", {"$more_than": -1}, "filter.created_at.conditions.$more_than"),
        ("created_at", {"$more_than": 1.5}, "filter.created_at.conditions.$more_than"),
        ("segment", {"$starts_with": "seg_"}, "filter.segment.conditions.$starts_with"),
        ("segment", {"$is": [5]}, "filter.segment.conditions.$is.0"),
        ("segment", {"$is": ["seg_2", "seg_9"]}, "filter.segment.conditions.$is.1"),
        ("segment", {"$is": "seg_1"}, "filter.segment.conditions.$is"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_path(path: str, conditions: dict[str, Any], where: str) -> None:
    wrong = segment(filter={path: {"conditions": conditions}})
    with pytest.raises(InvalidPayload) as refused:
        refuse_tangled(wrong, by_id(segment("seg_2", type="static")))
    assert refused.value.details.startswith(f"{where}: ")


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({}, "filter"),
        ({"junction": "or"}, "filter"),
        ({"junction": "xor", "name": {"conditions": {"$is": "Ann"}}}, "filter.junction"),
        ({"name": "Ann"}, "filter.name.conditions"),
        ({"name": {"$is": "Ann"}}, "filter.name.conditions"),
        ({"metadata.level": {"conditions": {"$is": list(range(101))}}}, "filter"),
        ({f"metadata.{number}": {"conditions": {"$has_value": True}} for number in range(101)}, "filter"),
    ],
)
def test_a_filter_that_is_none_is_refused(said: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        refuse_tangled(segment(filter=said), {})
    assert refused.value.details.startswith(f"{where}: ")


def refusal(wrong: Segment, known: Mapping[str, Segment]) -> str:
    with pytest.raises(InvalidPayload) as refused:
        refuse_tangled(wrong, known)
    return refused.value.details


def test_a_circle_is_refused_however_wide() -> None:
    known = by_id(
        naming("seg_1", "seg_2"), naming("seg_2", "seg_3"), naming("seg_3", "seg_4"), segment("seg_4", type="static")
    )
    refuse_tangled(naming("seg_5", "seg_1"), known)
    wrong = filtered("seg_3", segment={"$is": "seg_4", "$is_not": ["seg_4", "seg_1"]})
    assert refusal(wrong, known) == "filter.segment.conditions.$is_not.1: leads back to this segment"


def test_segments_lead_on_for_so_many_steps_and_no_more_from_wherever_one_starts() -> None:
    last = f"seg_{DEEPEST}"
    chain = [naming(f"seg_{number}", f"seg_{number + 1}") for number in range(1, DEEPEST)]
    known = by_id(*chain, segment(last, type="static"), segment("seg_end", type="static"))
    refuse_tangled(chain[0], known)
    too_deep = "filter.segment.conditions.$is.0: segments would lead on for more than 8 steps"
    assert refusal(naming("seg_0", "seg_1"), known) == too_deep
    assert refusal(naming(last, "seg_end"), known) == too_deep, "a change below is a longer way from above"


# The law

clubs = some.sampled_from(["VIP", "Gold", None])
people = some.builds(
    lambda number, club, orders: Person(
        Customer(
            id=f"cust_{number}",
            profile=Profile(metadata={"club": club} if club else {}),
            created_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number),
        ),
        Summary(orders=orders),
    ),
    some.integers(0, 60),
    clubs,
    some.integers(0, 4),
)
tests_of: list[tuple[str, dict[str, Any], Any]] = [
    ("metadata.club", {"$is": ["VIP"]}, lambda it: (it.customer.profile.metadata or {}).get("club") == "VIP"),
    ("metadata.club", {"$is_not": "Gold"}, lambda it: (it.customer.profile.metadata or {}).get("club") != "Gold"),
    ("summary.orders.total_count", {"$more_than": [1]}, lambda it: it.summary.orders > 1),
    ("created_at", {"$before": "2026-02-01"}, lambda it: it.customer.created_at < datetime(2026, 2, 1, tzinfo=UTC)),
]


@given(
    everybody=some.lists(people, unique_by=lambda it: it.customer.id, max_size=12),
    chosen=some.lists(some.sampled_from(tests_of), min_size=1, unique_by=lambda it: it[0]),
    junction=some.sampled_from(["and", "or"]),
    listed=some.sets(some.integers(0, 60)),
    other=some.sampled_from(["$is", "$is_not"]),
)
def test_a_segments_answer_is_a_plain_filter_over_all_customers(
    everybody: list[Person], chosen: list[Any], junction: str, listed: set[int], other: str
) -> None:
    inner = segment("seg_in", filter={"junction": junction, **{path: {"conditions": it} for path, it, _ in chosen}})
    outer = filtered(
        "seg_out", junction=junction, segment={other: ["seg_in", "seg_list"]}, metadata__club={"$is": "VIP"}
    )
    known = by_id(inner, segment("seg_list", type="static"), outer)
    names = {f"cust_{number}" for number in listed}
    joined = all if junction == "and" else any
    for one in everybody:
        in_list = one.customer.id in names
        in_inner = joined(test(one) for _, _, test in chosen)
        vip = (one.customer.profile.metadata or {}).get("club") == "VIP"
        in_outer = joined([(in_list or in_inner) is (other == "$is"), vip])
        want = {id_ for id_, there in (("seg_list", in_list), ("seg_in", in_inner), ("seg_out", in_outer)) if there}
        assert entered(known, {"seg_list"} if in_list else (), one, AT) == want
