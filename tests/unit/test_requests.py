"""What a request may say: what is wrong is named by its path, what is not known is ignored, null is no answer."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.discounts import AmountOff
from shared.domain.errors import InvalidPayload
from shared.domain.model import Frozen
from shared.domain.orders import Order
from shared.wire.body import DEEPEST, LARGEST_BODY, NOT_YET, body_of, read
from shared.wire.campaigns import CampaignBody, CampaignChange
from shared.wire.checkouts import CheckoutBody
from shared.wire.customers import CustomerBody
from shared.wire.publications import PublicationBody
from shared.wire.queries import CountQuery
from shared.wire.rollbacks import RollbackBody
from shared.wire.vouchers import VoucherBody, VoucherChange
from tests.builders import amount_off, campaign_body, checkout, lock, percent_off, voucher_body
from tests.unit.values import AT, DAY, PROJECT, campaign, voucher

CHECKOUT = checkout("MUG", order={"amount": 3_000, "items": [{"price": 1_500, "quantity": 2}]})


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


# A body


@pytest.mark.parametrize(
    ("case", "raw", "told"),
    [
        ("not UTF-8", b'{"a": "\xc3\x28"}', "body: not UTF-8 at byte 7"),
        ("half an object", b'{"a": ', "body: not JSON: "),
        ("a word", b"redeem", "body: not JSON: "),
        ("two objects", b"{}{}", "body: not JSON: "),
        ("NaN", b'{"a": NaN}', "body: not JSON: "),
        ("Infinity", b'{"a": [-Infinity]}', "body: not JSON: "),
        ("half a surrogate pair", b'{"a": "\\ud800"}', "body: not JSON: "),
        ("an array", b"[]", "body: must be a JSON object"),
        ("a number", b"5", "body: must be a JSON object"),
        ("null", b"null", "body: must be a JSON object"),
        ("NUL", b'{"order": {"metadata": {"a": ["x", "\\u0000"]}}}', "order.metadata.a.1: must not contain NUL"),
        ("a number beyond all numbers", b'{"a": {"b": 1e999}}', "a.b: must be a finite number"),
        ("one level too deep", nested(DEEPEST), f"{'.'.join('a' * DEEPEST)}: nested deeper than 32 levels"),
        ("far too deep", nested(100_000), "body: "),
        ("arrays, far too deep", b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "body: not JSON: "),
        (
            "one byte too large",
            b'{"a": "' + b"x" * (LARGEST_BODY - 8) + b'"}',
            "body: 262145 bytes are more than 262144",
        ),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(case: str, raw: bytes, told: str) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        body_of(raw)
    assert refusal.value.details.startswith(told)


@pytest.mark.parametrize(
    ("case", "raw"),
    [
        ("nothing", b""),
        ("spaces", b" \r\n"),
        ("an object", b'{"a": [1, 2.5, true, null, "x"]}'),
        ("as deep as may be", nested(DEEPEST - 1)),
        ("as large as may be", b'{"a": "' + b"x" * (LARGEST_BODY - 9) + b'"}'),
        ("a large number", b'{"a": 123456789012345678901234567890}'),
    ],
)
def test_any_json_object_is_a_body(case: str, raw: bytes) -> None:
    assert body_of(raw) == json.loads(raw.strip() or b"{}")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text("aé🎁\n"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abc"), json_values, max_size=4))
def test_a_body_is_what_its_json_says(body: dict[str, Any]) -> None:
    assert body_of(json.dumps(body).encode()) == body


@given(st.binary(max_size=60))
def test_any_bytes_are_a_body_or_refused(raw: bytes) -> None:
    with suppress(InvalidPayload):
        assert isinstance(body_of(raw), dict)


# Fields that are wrong


def spoilt(kind: type[Frozen], right: dict[str, Any], path: str, wrong: object) -> tuple[type[Frozen], dict[str, Any]]:
    """A right body with one field made wrong."""
    body: Any = json.loads(json.dumps(right))
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner = body
    for step in way:
        inner = inner[step] if isinstance(step, int) else inner.setdefault(step, {})
    inner[last] = wrong
    return kind, body


@pytest.mark.parametrize(
    ("kind", "right", "path", "wrong"),
    [
        (CheckoutBody, CHECKOUT, "redeemables", []),
        (CheckoutBody, CHECKOUT, "redeemables", None),
        (CheckoutBody, CHECKOUT, "redeemables.0", "MUG"),
        (CheckoutBody, CHECKOUT, "redeemables.0.id", "a/b"),
        (CheckoutBody, CHECKOUT, "redeemables.0.id", 5),
        (CheckoutBody, CHECKOUT, "redeemables.0.object", "promotion_tier"),
        (CheckoutBody, CHECKOUT, "order", "ord_1"),
        (CheckoutBody, CHECKOUT, "order.amount", -1),
        (CheckoutBody, CHECKOUT, "order.amount", 2**53 + 1),
        (CheckoutBody, CHECKOUT, "order.amount", 30.0),
        (CheckoutBody, CHECKOUT, "order.items.0.price", -1),
        (CheckoutBody, CHECKOUT, "order.items.0.quantity", 1.5),
        (CheckoutBody, CHECKOUT, "order.metadata", []),
        (CheckoutBody, CHECKOUT, "customer.email", "x" * 321),
        (CheckoutBody, CHECKOUT, "customer.birthdate", "1990-02-30"),
        (CheckoutBody, CHECKOUT, "session.ttl", 0),
        (CheckoutBody, CHECKOUT, "session.type", "OPEN"),
        (CheckoutBody, CHECKOUT, "tracking_id", "bell\x07"),
        (VoucherBody, voucher_body(), "discount.amount_off", -1),
        (VoucherBody, voucher_body(), "discount.amount_off", None),
        (VoucherBody, voucher_body(percent_off(20)), "discount.percent_off", 120),
        (VoucherBody, voucher_body(), "redemption.quantity", 0),
        (VoucherBody, voucher_body(), "expiration_date", "soon"),
        (VoucherBody, voucher_body(), "active", "yes"),
        (VoucherBody, voucher_body(), "type", "LOYALTY_CARD"),
        (CampaignBody, campaign_body(), "name", ""),
        (CampaignBody, campaign_body(), "voucher", None),
        (CampaignBody, campaign_body(), "voucher.discount.amount_off", 10.5),
        (CampaignBody, campaign_body(), "voucher.code_config.length", 0),
        (CampaignBody, campaign_body(), "vouchers_count", 20_000_001),
        (PublicationBody, {"customer": {}}, "campaign.count", 0),
        (PublicationBody, {"customer": {}}, "customer", None),
        (PublicationBody, {"customer": {}}, "voucher", "a/b"),
        (RollbackBody, {}, "reason", 5),
        (CountQuery, {}, "vouchers_count", "0"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(
    kind: type[Frozen], right: dict[str, Any], path: str, wrong: object
) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        read(*spoilt(kind, right, path, wrong))
    assert refusal.value.details.startswith(f"{path}: ")


def test_what_is_missing_is_named_too() -> None:
    with pytest.raises(InvalidPayload) as refusal:
        read(CheckoutBody, {"redeemables": [{"object": "voucher"}]})
    assert "redeemables.0.id: Field required" in refusal.value.details


def test_every_wrong_field_is_named_and_not_more_than_ten() -> None:
    wrong = {"redeemables": [{"id": "a/b"}, {"id": ""}], "order": {"amount": -1}}
    with pytest.raises(InvalidPayload) as refusal:
        read(CheckoutBody, wrong)
    paths = {told.split(":")[0] for told in refusal.value.details.split("; ")}
    assert paths >= {"redeemables.0.id", "redeemables.1.id", "order.amount"}
    with pytest.raises(InvalidPayload) as refusal:
        read(CheckoutBody, {"redeemables": [{"id": 5}] * 40})
    assert len(refusal.value.details.split("; ")) == 10


def test_a_refused_lines_total_is_named_by_its_order() -> None:
    lines = [{"price": 2**53, "quantity": 1}] * 2
    with pytest.raises(InvalidPayload) as refusal:
        read(CheckoutBody, CHECKOUT | {"order": {"items": lines}})
    assert refusal.value.details == "order: the lines add up to more than 2^53"


@pytest.mark.parametrize("name", NOT_YET)
@pytest.mark.parametrize(
    ("kind", "right"),
    [(VoucherBody, voucher_body()), (CampaignBody, campaign_body()), (VoucherChange, {}), (CampaignChange, {})],
)
def test_what_would_narrow_an_offer_is_refused_until_it_is_honoured(
    kind: type[Frozen], right: dict[str, Any], name: str
) -> None:
    with pytest.raises(InvalidPayload) as refusal:
        read(kind, right | {name: {"any": "thing"}})
    honoured = name in kind.model_fields
    assert refusal.value.details.startswith(f"{name}: " if honoured else f"body: {name} is not supported here")
    assert read(kind, right | {name: None}) == read(kind, right)


def test_what_is_not_known_is_ignored() -> None:
    assert read(CheckoutBody, CHECKOUT | {"colour": "blue", "options": {"expand": ["order"]}}) == read(
        CheckoutBody, CHECKOUT
    )


@pytest.mark.parametrize(
    ("kind", "right", "nulls"),
    [
        (CheckoutBody, CHECKOUT, ["customer", "metadata", "session", "tracking_id", "order"]),
        (VoucherBody, voucher_body(), ["category", "metadata", "redemption", "start_date", "active", "campaign"]),
        (CampaignBody, campaign_body(), ["description", "type", "metadata", "vouchers_count", "join_once"]),
        (PublicationBody, {"customer": {"source_id": "ann"}}, ["metadata", "channel", "source_id", "voucher"]),
    ],
)
def test_null_is_as_good_as_nothing(kind: type[Frozen], right: dict[str, Any], nulls: list[str]) -> None:
    for name in nulls:
        assert getattr(read(kind, right | {name: None}), name) is None


# What a request means


def test_a_checkout_is_what_was_asked() -> None:
    body = CHECKOUT | {
        "redeemables": [{"id": "B"}, {"id": "A", "object": "voucher"}],
        "customer": {"source_id": "ann"},
        "metadata": {"till": 4},
        "tracking_id": "ann@tracker",
    }
    asked = read(CheckoutBody, body).checkout(request_id="v-1", asked_by="app_1")
    assert asked.named == ("B", "A")
    assert asked.order == Order.model_validate(CHECKOUT["order"])
    assert (asked.customer, asked.metadata) == (CustomerBody(source_id="ann"), {"till": 4})
    assert (asked.session, asked.tracking_id, asked.request_id) == (None, "ann@tracker", "v-1")


@pytest.mark.parametrize(
    ("session", "key"), [({"type": "LOCK"}, "ssn_abc"), (lock("cart-1"), "cart-1"), ({"key": None}, "ssn_abc")]
)
def test_a_session_without_a_key_is_named_after_its_request(session: dict[str, Any], key: str) -> None:
    asked = read(CheckoutBody, CHECKOUT | {"session": session}).checkout(request_id="v-abc", asked_by="app_1")
    assert asked.session
    assert asked.session.key == key


def test_a_voucher_is_made_as_it_is_described() -> None:
    body = voucher_body(
        quantity=3, category="spring", start_date="2026-03-01", active=False, metadata={"a": 1}, additional_info="…"
    )
    made = read(VoucherBody, body).voucher("MUG", project=PROJECT, at=AT)
    assert made == voucher(
        quantity=3,
        category="spring",
        start_date="2026-03-01",
        active=False,
        metadata={"a": 1},
        additional_info="…",
    )


def test_a_voucher_without_a_discount_is_worth_nothing() -> None:
    with pytest.raises(InvalidPayload) as refusal:
        read(VoucherBody, {"redemption": {"quantity": 1}}).voucher("MUG", project=PROJECT, at=AT)
    assert refusal.value.details == "discount: Field required"


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ({}, {}),
        ({"redemption": {}}, {}),
        ({"redemption": {"quantity": None}}, {}),
        ({"redemption": {"quantity": 5}}, {"quantity": 5}),
        ({"code": "X", "campaign": "Spring", "code_config": {"length": 4}}, {}),
        ({"metadata": {"a": 1}, "active": False}, {"metadata": {"a": 1}, "active": False}),
    ],
)
def test_a_code_of_a_campaign_has_of_its_own_what_was_said(said: dict[str, Any], own: dict[str, Any]) -> None:
    assert read(VoucherBody, said).own() == own


def test_a_campaign_is_made_as_it_is_described() -> None:
    body = campaign_body(name="Spring", type="AUTO_UPDATE", join_once=True, metadata={"a": 1}, vouchers_count=3)
    made = read(CampaignBody, body).campaign("camp_1", at=AT)
    expected = campaign(type="AUTO_UPDATE", join_once=True, metadata={"a": 1}, code_config=made.code_config)
    assert made == expected
    assert (made.code_config.length, made.vouchers_count, made.creation_status) == (10, 0, "DONE")


def test_a_campaign_is_static_and_its_codes_without_limit_unless_it_says_otherwise() -> None:
    made = read(CampaignBody, {"name": "S", "voucher": {"discount": amount_off(1)}}).campaign("camp_1", at=AT)
    assert (made.type, made.quantity, made.active, made.join_once) == ("STATIC", None, True, False)


@pytest.mark.parametrize("kind", ["voucher", "campaign"])
@pytest.mark.parametrize("end", ["2026-03-17T08:00:00.000Z", "2026-03-17T07:59:59.999Z", "2026-03-17T09:00:00+01:00"])
def test_what_ends_before_it_starts_is_refused(kind: str, end: str) -> None:
    dates = {"start_date": "2026-03-17T08:00:00.000Z", "expiration_date": end}
    with pytest.raises(InvalidPayload) as refusal:
        read(VoucherBody, voucher_body(**dates)) if kind == "voucher" else read(CampaignBody, campaign_body(**dates))
    assert refusal.value.details == "body: expiration_date must lie after start_date"


# Changes

KNOWN = voucher(category="spring", expiration_date=AT, metadata={"a": 1, "b": 1}, taken=2, redeemed_quantity=1)


@pytest.mark.parametrize(
    ("case", "said", "after"),
    [
        ("nothing", {}, {}),
        ("null clears", {"expiration_date": None, "category": None}, {"expiration_date": None, "category": None}),
        ("another end", {"expiration_date": "2026-03-18T08:00:00Z"}, {"expiration_date": AT + DAY}),
        ("metadata is merged", {"metadata": {"b": 2, "c": 3}}, {"metadata": {"a": 1, "b": 2, "c": 3}}),
        ("no metadata", {"metadata": None}, {}),
        ("off", {"active": False}, {"active": False}),
        ("a switch cannot be cleared", {"active": None}, {}),
        ("another discount", {"discount": amount_off(7)}, {"discount": AmountOff(amount_off=7)}),
        (
            "counters are not for sale",
            {"redeemed_quantity": 0, "taken": 0, "quantity": 9, "id": "v_1", "code": "X"},
            {},
        ),
    ],
)
def test_a_change_of_a_voucher_touches_only_what_it_names(
    case: str, said: dict[str, Any], after: dict[str, Any]
) -> None:
    assert read(VoucherChange, said).of(KNOWN) == KNOWN.model_copy(update=after)


SPRING = campaign(description="…", expiration_date=AT, metadata={"a": 1, "b": 1}, vouchers_count=3)


@pytest.mark.parametrize(
    ("case", "said", "after"),
    [
        ("nothing", {}, {}),
        ("null clears", {"expiration_date": None, "description": None}, {"expiration_date": None, "description": None}),
        ("not what must be there", {"type": None, "discount": None, "join_once": None}, {}),
        ("another type", {"type": "AUTO_UPDATE"}, {"type": "AUTO_UPDATE"}),
        ("metadata is merged", {"metadata": {"b": 2}}, {"metadata": {"a": 1, "b": 2}}),
        ("metadata is unset", {"unset_metadata_fields": ["a", "z"]}, {"metadata": {"b": 1}}),
        ("unset and set", {"unset_metadata_fields": ["a"], "metadata": {"a": 2}}, {"metadata": {"b": 1, "a": 2}}),
        ("a name is for ever", {"name": "Summer", "id": "camp_2", "vouchers_count": 0}, {}),
    ],
)
def test_a_change_of_a_campaign_touches_only_what_it_names(
    case: str, said: dict[str, Any], after: dict[str, Any]
) -> None:
    assert read(CampaignChange, said).of(SPRING) == SPRING.model_copy(update=after)


def test_a_publication_names_its_campaign_by_name_or_id() -> None:
    for name in ("name", "id"):
        named = read(PublicationBody, {"customer": {}, "campaign": {name: "Spring"}}).campaign
        assert named
        assert (getattr(named, name), named.count) == ("Spring", 1)
    with pytest.raises(InvalidPayload) as refusal:
        read(PublicationBody, {"customer": {}, "campaign": {"count": 1}})
    assert refusal.value.details == "campaign: needs a name or an id"


def test_a_percentage_of_their_own_survives_the_queue() -> None:
    own = read(VoucherBody, {"discount": {"type": "PERCENT", "percent_off": 12.5}}).own()
    assert own == {"discount": {"effect": "APPLY_TO_ORDER", "type": "PERCENT", "percent_off": 12.5}}


def test_a_name_of_any_length_is_repeated_in_a_refusal_by_its_beginning_only() -> None:
    long = "x" * 70_000
    for body in ({"metadata": {long: 1}}, {"order": {"metadata": {long: {"a": "\x00"}}}}):
        with pytest.raises(InvalidPayload) as refused:
            read(CheckoutBody, body_of(json.dumps(CHECKOUT | body).encode()))
        assert "x" * 100 in str(refused.value.details)
        assert len(str(refused.value.details)) < 300


def test_a_voucher_that_stands_alone_keeps_the_discount_that_it_is_worth() -> None:
    cleared = read(VoucherChange, {"discount": None, "category": None})
    alone, of_campaign = voucher(category="spring"), voucher(campaign="Spring", campaign_id="camp_1")
    assert cleared.of(alone) == alone.model_copy(update={"category": None})
    assert cleared.of(of_campaign).discount is None  # it is the campaign's again


def test_a_word_of_any_length_is_not_quoted_in_full() -> None:
    with pytest.raises(InvalidPayload) as refused:
        read(VoucherBody, voucher_body({"type": "x" * 70_000}))
    assert refused.value.details.startswith("discount: ")
    assert len(refused.value.details) < 400
