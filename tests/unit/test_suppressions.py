"""Addresses at rest: whom they keep from what, until when, and by which print they are known again."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.delivery.phrases import PHRASES
from shared.domain.customers import Customer, Profile
from shared.domain.post.addresses import addresses_of
from shared.domain.post.consents import Consent, Consents
from shared.domain.post.deliveries import Channel, Purpose
from shared.domain.post.suppressions import Suppression, Why, left_behind, print_of
from shared.domain.post.templates import NAMELESS
from tests.unit.values import AT, DAY, MILLISECOND

SEAL = b"seal"


def consent(after: timedelta, *, granted: bool = True, channel: Channel = "email") -> Consent:
    return Consent(channel=channel, granted=granted, source="form", at=AT + after)


@pytest.mark.parametrize(
    ("reason", "purpose", "said", "stops"),
    [
        ("complaint", "marketing", consent(DAY), True),
        ("complaint", "transactional", consent(DAY), True),
        ("bounce", "marketing", consent(DAY), True),
        ("bounce", "transactional", None, True),
        ("stop", "marketing", consent(DAY), True),
        ("stop", "transactional", consent(DAY), True),
        ("unsubscribed", "marketing", None, True),
        ("unsubscribed", "marketing", consent(-DAY), True),
        ("unsubscribed", "marketing", consent(timedelta()), True),
        ("unsubscribed", "marketing", consent(MILLISECOND), False),
        ("unsubscribed", "marketing", consent(DAY, granted=False), True),
        ("unsubscribed", "transactional", None, False),
    ],
)
def test_whom_a_suppression_stops(reason: Why, purpose: Purpose, said: Consent | None, stops: bool) -> None:
    assert Suppression(channel="email", reason=reason, at=AT).stops(purpose, said) is stops


@pytest.mark.parametrize(
    ("channel", "one", "other"),
    [
        ("email", "ann@example.com", " Ann@EXAMPLE.com\t"),
        ("email", "ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("email", "ann@bücher.example", "ann@BÜCHER.example"),
        ("email", "andré@example.com", "andre\u0301@example.com"),
        ("sms", "+353861234567", "+353 (86) 123-45 67"),
        ("sms", "+353861234567", "+٣٥٣٨٦١٢٣٤٥٦٧"),
        ("push", "cust_1", "cust_1 "),
    ],
)
def test_an_address_is_known_again_however_it_is_written(channel: Channel, one: str, other: str) -> None:
    assert print_of(SEAL, channel, one) == print_of(SEAL, channel, other)


@pytest.mark.parametrize(
    ("channel", "one", "other"),
    [
        ("email", "ann@example.com", "ann@example.org"),
        ("email", "ann+news@example.com", "ann@example.com"),
        ("email", "a.nn@example.com", "ann@example.com"),
        ("email", "ann@straße.example", "ann@strasse.example"),
        ("sms", "+353861234567", "+353861234568"),
        ("push", "cust_a", "cust_A"),
    ],
)
def test_two_addresses_have_two_prints(channel: Channel, one: str, other: str) -> None:
    assert print_of(SEAL, channel, one) != print_of(SEAL, channel, other)


def test_a_print_is_of_one_seal_and_one_channel() -> None:
    assert print_of(SEAL, "push", "cust_1") != print_of(SEAL, "web", "cust_1")
    assert print_of(SEAL, "email", "ann@example.com") != print_of(b"another", "email", "ann@example.com")


@given(st.text(max_size=40), st.sampled_from(["email", "sms", "push", "web"]))
def test_whatever_was_stored_as_an_address_has_a_print(address: str, channel: Any) -> None:
    assert len(print_of(SEAL, channel, address.encode(errors="ignore").decode())) == 32


def test_who_is_forgotten_leaves_behind_where_they_wanted_no_more_marketing() -> None:
    ann = Customer(id="cust_1", profile=Profile(email="ann@example.com"), created_at=AT)
    words = [
        consent(DAY, granted=False),
        consent(DAY, granted=False, channel="sms"),  # no number, so nothing to remember it by
        consent(DAY, granted=False, channel="web"),
        consent(DAY, channel="push"),
        Consent(channel="web", purpose="transactional", granted=False, source="form", at=AT),
    ]
    assert addresses_of(ann) == {"email": "ann@example.com", "push": "cust_1", "web": "cust_1"}
    assert left_behind(ann, Consents(customer_id="cust_1").after(words)) == [
        ("ann@example.com", Suppression(channel="email", reason="unsubscribed", at=AT + DAY)),
        ("cust_1", Suppression(channel="web", reason="unsubscribed", at=AT + DAY)),
    ]


def test_bonbon_speaks_each_language_in_which_it_calls_somebody_friend() -> None:
    assert PHRASES.keys() == NAMELESS.keys()
    assert all(all(words) for words in PHRASES.values())
