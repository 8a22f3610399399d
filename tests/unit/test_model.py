"""Instants in UTC to the millisecond, and text that steers nothing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain.model import Frozen, Instant, Metadata, Name, Text, iso, utc

instants = st.datetimes(
    min_value=datetime(2, 1, 1),
    max_value=datetime(9998, 1, 1),
    timezones=st.timezones() | st.none(),
)
read = TypeAdapter(Instant).validate_python


@pytest.mark.parametrize(
    ("case", "said", "meant"),
    [
        ("UTC", "2026-03-17T08:00:00.000Z", "2026-03-17T08:00:00.000Z"),
        ("an offset", "2026-03-17T09:00:00+01:00", "2026-03-17T08:00:00.000Z"),
        ("an offset over midnight", "2026-03-17T01:00:00+02:00", "2026-03-16T23:00:00.000Z"),
        ("no zone is UTC", "2026-03-17T08:00:00", "2026-03-17T08:00:00.000Z"),
        ("a day", "2026-03-17", "2026-03-17T00:00:00.000Z"),
        ("finer than a millisecond", "2026-03-17T08:00:00.123999Z", "2026-03-17T08:00:00.123Z"),
    ],
)
def test_an_instant_is_read_as_utc_to_the_millisecond(case: str, said: str, meant: str) -> None:
    assert iso(read(said)) == meant


@given(instants)
def test_an_instant_survives_being_written_down(at: datetime) -> None:
    once = utc(at)
    assert utc(once) == once == read(iso(once)) == datetime.fromisoformat(iso(once))


@given(instants, instants)
def test_instants_sort_as_they_are_written(one: datetime, another: datetime) -> None:
    assert (utc(one) < utc(another)) is (iso(utc(one)) < iso(utc(another)))


@pytest.mark.parametrize(
    "at",
    [
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
        "0001-01-01T00:00:00+01:00",
        "soon",
        "2026-02-30",
        1_773_734_400,
        True,
    ],
)
def test_what_is_no_instant_is_refused(at: object) -> None:
    with pytest.raises(ValidationError):
        read(at)


@pytest.mark.parametrize("text", ["Ann", "", "Zoë 🎁", "優惠券", "two\nlines", "a\ttab", "x" * 4_000])
def test_people_may_write_what_they_like(text: str) -> None:
    assert TypeAdapter(Text).validate_python(text) == text


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[2J", "bell\x07", "\ud800", "x" * 4_001, 5, None, b"Ann"])
def test_but_nothing_that_steers_a_terminal_and_nothing_without_end(text: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python(text)


@pytest.mark.parametrize(
    ("name", "fits"), [("S", True), ("x" * 200, True), ("", False), ("x" * 201, False), ("\x00", False)]
)
def test_a_name_is_short_for_it_becomes_part_of_a_key(name: str, fits: bool) -> None:
    adapter = TypeAdapter(Name)
    if fits:
        assert adapter.validate_python(name) == name
    else:
        with pytest.raises(ValidationError):
            adapter.validate_python(name)


def test_metadata_is_the_shops_own_but_for_its_names() -> None:
    own = {"a": [1, {"b": None}], "ключ": "🎁", "": 1.5}
    assert TypeAdapter(Metadata).validate_python(own) == own
    for name in ("x" * 257, "a\x00b"):
        with pytest.raises(ValidationError):
            TypeAdapter(Metadata).validate_python({name: 1})


def test_a_value_never_changes_and_ignores_what_it_does_not_know() -> None:
    class Mug(Frozen):
        colour: str

    mug = Mug.model_validate({"colour": "blue", "handle": True})
    assert mug.model_dump() == {"colour": "blue"}
    with pytest.raises(ValidationError):
        mug.colour = "red"  # type: ignore[misc]


def test_an_instant_is_written_with_three_digits() -> None:
    assert iso(datetime(2026, 3, 17, 8, 0, 0, 7_000, UTC)) == "2026-03-17T08:00:00.007Z"
