"""Why somebody got a message, in words: from the ledger's entry and what it names."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from shared.domain.customers import Address, Customer, Profile
from shared.domain.errors import NotFound
from shared.domain.post import suppressions
from shared.domain.post.consents import Consent, Preference
from shared.domain.post.contact_policy import NEARNESS
from shared.domain.post.deliveries import Asked, Delivery, Status
from shared.domain.post.explanations import Known, Used, explained
from shared.domain.post.processors import Register, processors
from shared.domain.post.reasons import REASONS
from shared.domain.post.templates import MessageTemplate
from shared.domain.segments import Segment
from shared.usecases import deliver
from shared.usecases.why import why
from tests.unit.calendars import schedule, utc
from tests.unit.values import campaign

NINE = utc("2026-03-17T09:00")
BEFORE = utc("2026-03-01T12:00")
LATER = utc("2026-04-01T12:00")
PLANNED = (
    *("no_address", "suppressed", "no_consent", "topic_declined", "frequency_cap", "quiet_hours", "blackout"),
    *("too_late", "campaign_inactive", "template_gone", "customer_gone", "not_due", "not_in_audience"),
    *("schedule_inactive", "accepted", "declined", "redeemed", "already_bought", "voucher_expired"),
    *("publication_gone", "no_voucher_left", "voucher_gone", "voucher_used_up"),
)
"""Why messages are dropped."""
SHARED = Path(deliver.__file__).parents[1]


def delivery(status: Status = "SENT", **fields: Any) -> Delivery:
    """A birthday's e-mail, sent at nine."""
    of_status: dict[str, Any] = {"sent_at": NINE} if status == "SENT" else {}
    known: dict[str, Any] = {
        "id": "dlv_1",
        "status": status,
        "customer_id": "cust_1",
        "schedule_id": "sch_1",
        "campaign_id": "camp_1",
        "occasion": "BIRTHDAY",
        "day": NINE.date(),
        "due_at": NINE,
        "channel": "email",
        "template_id": "tmpl_1",
        "contact_at": NINE,
        "created_at": NINE,
        "updated_at": NINE,
    }
    return Delivery(**known | of_status | fields)


def asked(status: Status = "SENT", **fields: Any) -> Delivery:
    """One that the shop has asked for."""
    said = Asked(channels=("sms",), templates={"sms": "tmpl_1"}, campaign_id="camp_1", **fields)
    its = {"asked": said, "schedule_id": None, "occasion": None, "day": None, "channel": "sms"}
    return delivery(status, **its)


ANN = Customer(
    id="cust_1",
    profile=Profile(
        name="Ann Lee",
        email="ann@example.com",
        phone="+353871234567",
        birthdate=date(1990, 3, 17),
        address=Address(country="IE", city="Cork"),
        metadata={"club": "VIP", "wedding": "2016-06-04"},
    ),
    created_at=BEFORE,
)
TEMPLATE = MessageTemplate(id="tmpl_1", name="Birthday", channel="email", body="…", created_at=BEFORE)
YES = Consent(channel="email", granted=True, source="checkout", at=BEFORE)


def known(of: Delivery | None = None, **fields: Any) -> Known:
    facts: dict[str, Any] = {
        "delivery": of or delivery(),
        "customer": ANN,
        "schedule": schedule(),
        "campaign": campaign(),
        "segments": {},
        "template": TEMPLATE,
        "said": frozenset({"customer.first_name", "voucher.code", "unsubscribe_url"}),
        "consent": YES,
        "preferences": (),
        "processors": processors(Register(), webhook=True),
        "home": ZoneInfo("Europe/Dublin"),
    }
    return Known(**facts | fields)


def told(of: Delivery | None = None, **fields: Any) -> list[str]:
    return explained(known(of, **fields)).sentences()


def first(of: Delivery, **fields: Any) -> str:
    return told(of, **fields)[0]


def test_a_birthdays_mail_is_explained_in_plain_words() -> None:
    assert told() == [
        "You got this e-mail on 17 March 2026 because it was your birthday.",
        "You allowed marketing by e-mail on 1 March 2026 (source: checkout).",
        "It used your first name, your birthday, your e-mail address, your country and when we last wrote to you.",
        (
            "Besides us, these received data about you for it: Amazon Web Services, which keeps our data and runs our"
            " promotions; Amazon Simple Email Service, which delivers our e-mails."
        ),
        "If you do not want this: follow the link at the end of the message, or tell us.",
    ]


OCCASIONS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (
        "a week before",
        {"type": "BIRTHDAY"},
        {"day": utc("2026-03-24T00:00").date()},
        "of your birthday on 24 March 2026",
    ),
    (
        "a wedding",
        {"type": "ANNIVERSARY", "attribute": "metadata.wedding"},
        {},
        "of your “wedding”, which came round that day",
    ),
    (
        "who joined",
        {"type": "ANNIVERSARY", "attribute": "created_at"},
        {},
        "of the day on which you became our customer, which came round that day",
    ),
    (
        "a holiday",
        {"type": "HOLIDAY", "country": "IE", "name": "Saint Patrick's Day"},
        {},
        "of Saint Patrick's Day, that day",
    ),
    ("a small day", {"type": "DAY", "month": 3, "day": 17}, {}, "of “Dogs”, that day"),
]


@pytest.mark.parametrize(("case", "occasion", "fields", "words"), OCCASIONS)
def test_each_occasion_has_its_words(case: str, occasion: dict[str, Any], fields: dict[str, Any], words: str) -> None:
    of = delivery(occasion=occasion["type"], **fields)
    said = first(of, schedule=schedule(occasion, name="Dogs"))
    assert said == f"You got this e-mail on 17 March 2026 because {words}.", case


def test_what_a_shop_has_asked_for_is_told_as_its_own_decision() -> None:
    assert first(asked(), schedule=None) == (
        "You got this text message on 17 March 2026 because we decided on 17 March 2026 to send it to you, with an"
        f" offer of “{campaign().name}”."
    )


OUTCOMES: list[tuple[Delivery, str]] = [
    (
        delivery("DROPPED", channel=None, reason="no_consent"),
        (
            "We meant to send you a message because of your birthday on 17 March 2026, but on 17 March 2026 decided not"
            " to: you have not allowed it."
        ),
    ),
    (
        delivery("DEFERRED", channel=None, reason="quiet_hours", held_by="quiet_hours", until=utc("2026-03-18T08:00")),
        (
            "A message waits for you because of your birthday on 17 March 2026, until 18 March 2026 at 08:00: it was an"
            " hour at which we leave people in peace."
        ),
    ),
    (
        delivery("FAILED", reason="template_failed"),
        (
            "We wanted to send you this e-mail on 17 March 2026 because of your birthday on 17 March 2026, but could"
            " not: it could not be written."
        ),
    ),
    (
        delivery("UNKNOWN"),
        (
            "We sent you this e-mail on 17 March 2026 because of your birthday on 17 March 2026; whether it reached our"
            " carrier, nobody can know."
        ),
    ),
    (delivery("SENDING"), "We are sending you this e-mail because of your birthday on 17 March 2026."),
    (delivery("PREPARED"), "We are sending you this e-mail because of your birthday on 17 March 2026."),
]


@pytest.mark.parametrize(("of", "words"), OUTCOMES, ids=[it.status for it, _ in OUTCOMES])
def test_each_state_has_its_words(of: Delivery, words: str) -> None:
    assert first(of) == words


def test_there_are_words_for_every_state() -> None:
    assert {it.status for it, _ in OUTCOMES} | {"SENT"} == set(get_args(Status))


def test_what_made_it_wait_is_told_when_it_has_left() -> None:
    late = utc("2026-03-18T08:00")
    of = delivery(sent_at=late, held_by="frequency_cap")
    assert told(of)[:2] == [
        "You got this e-mail on 18 March 2026 because of your birthday on 17 March 2026.",
        (
            "It was due on 17 March 2026 at 09:00, and had to wait: you had got as many messages already as we send in"
            " that time, or as you want."
        ),
    ]
    waited = delivery("PREPARED", channel=None).deferred(late, "blackout", NINE)
    assert (waited.held_by, waited.dropped("accepted", late).held_by) == ("blackout", "blackout")


# Whatever keeps a message back has its words


def written_down() -> Iterable[str]:
    """The reasons that stand in the code which drops messages, or fails to send them."""
    reason = re.compile(
        r"""(?:Drop\(|NeverTaken\(|dropped\(|failed\(|reason=)\s*"(\w+)"|return "(\w+)"(?: if .*)?$""", re.MULTILINE
    )
    files = (path for folder in ("domain/post", "delivery", "usecases") for path in (SHARED / folder).glob("*.py"))
    for path in files:
        whole = path.name in ("judging.py", "withdrawals.py")
        for named, returned in reason.findall(path.read_text()):
            yield from filter(None, (named, returned if whole else ""))


def test_every_reason_has_its_words() -> None:
    every = {*PLANNED, *NEARNESS, *deliver.REASONS.values(), *written_down()}
    assert every - REASONS.keys() == set(get_args(suppressions.Why)) & set(written_down())  # of addresses, not messages
    assert all(words and words[-1] not in ".!" for words in REASONS.values())


@pytest.mark.parametrize("reason", PLANNED)
def test_a_drop_is_told_by_its_reason(reason: str) -> None:
    assert first(delivery("DROPPED", reason=reason)).endswith(f": {REASONS[reason]}.")


def test_a_reason_without_words_is_told_by_its_name() -> None:
    assert first(delivery("DROPPED", reason="odd")).endswith(": of what we call “odd”.")


# Consent, and what they would rather have


def test_a_no_and_no_word_at_all_are_told_apart() -> None:
    no = YES.model_copy(update={"granted": False, "source": "the link"})
    of = delivery("DROPPED", channel=None, reason="no_consent")
    assert "You said no to marketing by e-mail on 1 March 2026 (source: the link)." in told(of, consent=no)
    assert "We know of no word of yours on marketing by e-mail." in told(of, consent=None)
    transactional = of.model_copy(update={"purpose": "transactional"})
    silence = "We know of no word of yours on messages about what you have ordered or asked for by e-mail."
    assert silence in told(transactional, consent=None)


def test_preferences_are_told_that_stood_when_it_was_judged() -> None:
    cats = Preference(about="topic", topic="cats", answer="NO", source="the page", at=BEFORE)
    monthly = Preference(about="frequency", answer="MONTHLY", source="the page", at=BEFORE)
    birthday = Preference(about="birthday", answer="1990-03-17", source="the page", at=BEFORE)
    late = monthly.model_copy(update={"at": LATER})
    of = asked("DROPPED", topic="cats")
    assert explained(known(of, preferences=(cats, monthly, birthday))).preferences == (cats, monthly)
    assert explained(known(of, preferences=(late,))).preferences == ()
    assert explained(known(asked("DROPPED"), preferences=(cats,))).preferences == ()
    said = told(of, preferences=(cats, monthly))
    assert "You said on 1 March 2026 (source: the page) that you do not want to hear of “cats”." in said
    named = told(of, preferences=(cats,), topics={"cats": "Cats & kittens"})
    assert "You said on 1 March 2026 (source: the page) that you do not want to hear of “Cats & kittens”." in named
    assert "You said on 1 March 2026 (source: the page) that you want to hear of us once a month at most." in said


# Which data, and who has it


def fields(of: Delivery | None = None, **facts: Any) -> dict[str, str]:
    return {it.field.removeprefix("customer."): it.why for it in explained(known(of, **facts)).used}


def test_data_is_told_with_what_it_was_used_for() -> None:
    said = frozenset({"customer.first_name", "customer.metadata.club.name", "customer.address.city", "campaign.name"})
    local = TEMPLATE.model_copy(update={"locales": {"de": {"body": "…"}}})
    german = ANN.model_copy(
        update={"profile": ANN.profile.model_copy(update={"locale": "de", "time_zone": "Asia/Tokyo"})}
    )
    assert fields(said=said, template=local, customer=german) == {
        "first_name": "the message says it",
        "metadata.club": "the message says it",
        "address.city": "the message says it",
        "birthdate": "the occasion is found by it",
        "email": "the message goes there",
        "time_zone": "it tells when a message may come",
        "contacts": "it tells whether another message may come",
        "locale": "it tells in which language",
    }


def test_a_segments_filter_tells_what_it_asks_and_what_those_ask_that_it_names() -> None:
    of_all = {"junction": "and", "metadata.club": {}, "segment": {}, "summary.orders.total_count": {}}
    spenders = Segment(id="seg_1", name="Spenders", type="passive", filter=of_all, created_at=BEFORE)
    visitors = Segment(
        id="seg_2", name="In", type="passive", filter={"events.shop.visited.count": {}}, created_at=BEFORE
    )
    its = schedule(audience={"segment_id": "seg_1"})
    facts = {"schedule": its, "segments": {"seg_1": spenders, "seg_2": visitors}}
    asked_for = {it for it, use in fields(**facts).items() if use == "whom the message is for is told by it"}
    assert asked_for == {"metadata.club", "summary.orders", "events.shop.visited"}
    assert told(**facts)[1] == "It was for those in “Spenders”, and you were one of them."
    outside = delivery("DROPPED", channel=None, reason="not_in_audience")
    assert told(outside, **facts)[1] == "It was for those in “Spenders”."


def test_what_is_not_known_was_not_used() -> None:
    nobody = ANN.model_copy(update={"profile": Profile(email="ann@example.com")})
    said = frozenset({"customer.first_name", "customer.phone", "customer.metadata.club"})
    assert set(fields(said=said, customer=nobody)) == {"email", "contacts"}


def test_a_message_that_nobody_wrote_has_told_nobody_anything() -> None:
    of = delivery("DROPPED", channel=None, reason="no_address")
    answer = explained(known(of))
    assert Used("customer.first_name", "the message says it") not in answer.used
    assert [it.name for it in answer.recipients] == ["Amazon Web Services"]
    assert "To decide that we used your birthday, your country and when we last wrote to you." in answer.sentences()
    assert not any("If you do not want" in it for it in answer.sentences())


@pytest.mark.parametrize(
    ("channel", "carrier"),
    [
        ("email", "Amazon Simple Email Service"),
        ("sms", "Amazon Simple Notification Service"),
        ("web", "Our own system"),
    ],
)
def test_those_are_told_who_had_it_by_its_channel(channel: str, carrier: str) -> None:
    [cloud, other] = explained(known(delivery(channel=channel))).recipients
    assert (cloud.name, other.name.startswith(carrier)) == ("Amazon Web Services", True)
    failed = delivery("FAILED", channel=channel, reason="template_failed")
    assert explained(known(failed)).recipients == (cloud,)


def test_where_nobody_is_named_nobody_is_told() -> None:
    assert "Nobody but us has received data of yours for it." in told(processors=())


def test_an_order_that_would_have_stopped_it_is_told() -> None:
    assert fields(asked(unless_ordered=True), schedule=None)["summary.orders"].startswith("the message is of no use")


# What is no longer known


def test_what_was_deleted_since_is_told_and_not_guessed() -> None:
    facts = {
        "schedule": None,
        "template": None,
        "campaign": None,
        "customer": None,
        "consent": None,
        "said": frozenset(),
    }
    answer = explained(known(**facts))
    assert answer.lost == ("customer", "schedule", "template", "campaign")
    assert answer.sentences() == [
        "You got this e-mail on 17 March 2026 because it was your birthday.",
        "It used your birthday, your e-mail address, your time zone and when we last wrote to you.",
        (
            "Besides us, these received data about you for it: Amazon Web Services, which keeps our data and runs our"
            " promotions; Amazon Simple Email Service, which delivers our e-mails."
        ),
        (
            "This has been deleted since, so that we cannot tell you more of it: your profile, the plan by which it was"
            " sent, what it said and the campaign that its offer belonged to."
        ),
        "If you do not want this: follow the link at the end of the message, or tell us.",
    ]
    gone = explained(known(schedule=schedule(audience={"segment_id": "seg_1"})))
    assert (gone.lost, gone.audience) == (("segment",), None)


def test_what_was_changed_since_is_told() -> None:
    template = TEMPLATE.model_copy(update={"updated_at": LATER})
    answer = explained(known(template=template, schedule=schedule(updated_at=BEFORE)))
    assert answer.changed == ("template",)
    assert "This has been changed since, and we tell it as it is now: what it said." in answer.sentences()


def test_a_schedule_that_is_for_something_else_by_now_tells_nothing_of_the_occasion() -> None:
    other = schedule({"type": "ANNIVERSARY", "attribute": "metadata.wedding"})
    answer = explained(known(schedule=other))
    assert answer.occasion is None
    assert [it.field for it in answer.used if it.why == "the occasion is found by it"] == ["customer.birthdate"]


def test_of_what_never_was_there_is_nothing_to_tell() -> None:
    class Nothing:
        def known(self, delivery_id: str) -> Known:
            raise NotFound("delivery", delivery_id)

    with pytest.raises(NotFound):
        why("dlv_none", store=Nothing())
