"""What a shop asks for leaves at once or tells why not; asked for again under one id, it leaves once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.errors import Busy, Conflict, InvalidPayload, NotFound
from shared.domain.post.consents import Consents, Preference
from shared.domain.post.contact_policy import FrequencyCap, QuietHours, Topic
from shared.domain.post.deliveries import LEASE, Delivery, Message, NeverTaken, NotTaken, PerhapsTaken
from shared.domain.post.suppressions import Suppression
from shared.domain.publications import Response
from shared.domain.summaries import Purchase, Summary
from shared.usecases.deliver import deliver, deliver_waiting
from shared.usecases.send import Demand, asked, foresee
from tests.unit.sorting import Office
from tests.unit.test_deliver import Killed, beside
from tests.unit.values import AT, DAY

MINUTE = timedelta(minutes=1)
NIGHT = {"quiet_hours": QuietHours.model_validate({"from": "21:00", "to": "10:00"})}
TEN = AT.replace(hour=10)


@pytest.fixture
def office() -> Office:
    office = Office()
    office.policy()
    office.customer()
    return office


def come(office: Office, id_: str = "dlv_1", *, at: datetime = TEN) -> Delivery | None:
    """What a tick has the worker do."""
    return deliver_waiting(id_, office.means, at=at)


def given(office: Office, name: str = "ann", **fields: Any) -> str:
    """The id of a publication that somebody has."""
    published = office.till.issue(name, campaign="camp_1", **fields)
    return str(published.publication.id)


def test_it_leaves_at_once_with_a_code_of_its_own(office: Office) -> None:
    sent = office.send()
    [publication] = office.publications
    told = {name: value for name in Delivery.model_fields if (value := getattr(sent, name)) is not None}
    assert told == {
        "id": "dlv_1",
        "status": "SENT",
        "customer_id": office.due().customer_id,
        "asked": office.demand().asked,
        "campaign_id": "camp_1",
        "purpose": "marketing",
        "due_at": AT,
        "channel": "email",
        "template_id": "tmpl_email",
        "publication_id": publication.id,
        "code": "NEW-1",
        "contact_at": AT,
        "message_id": "message-1",
        "sent_at": AT,
        "created_at": AT,
        "updated_at": AT,
        "version": 3,
    }
    assert publication.source_id == "dlv_1"
    assert office.email.taken == [Message("email", "ann@example.com", "For you", "NEW-1")]
    assert office.counters == {}, "it is of no run"


def test_a_publication_is_told_of_and_nothing_new_is_given_away(office: Office) -> None:
    publication_id = given(office)
    sent = office.send(office.demand(publication_id=publication_id))
    assert (sent.status, sent.publication_id, sent.code, sent.campaign_id) == (
        "SENT",
        publication_id,
        "NEW-1",
        "camp_1",
    )
    assert len(office.publications) == 1


def test_a_voucher_of_no_campaign_is_told_of_too(office: Office) -> None:
    office.till.voucher("MUG")
    publication_id = office.till.issue("ann", voucher="MUG").publication.id
    sent = office.send(office.demand(publication_id=publication_id))
    assert (sent.status, sent.code, sent.campaign_id) == ("SENT", "MUG", None)


def test_asked_for_again_under_one_id_it_leaves_once(office: Office) -> None:
    sent = office.send()
    for at in (AT, AT + DAY):
        assert office.send(office.demand(at=at), at=at) == sent
    assert len(office.email.taken) == 1
    with pytest.raises(Conflict) as told:
        office.send(office.demand(purpose="transactional"))
    assert told.value.key == "idempotency_key_conflict"


def test_whoever_asks_while_it_is_under_way_is_told_to_ask_again(office: Office) -> None:
    refused = []

    def ask(letter: Any) -> Message:
        with pytest.raises(Busy):
            office.send()
        refused.append(letter.delivery.status)
        return write(letter)

    write, office.write = office.write, ask
    assert office.send().status == "SENT"
    assert (refused, len(office.email.taken)) == (["PREPARED"], 1)


def test_killed_before_it_was_handed_over_it_is_found_when_the_lease_has_lapsed(office: Office) -> None:
    def die(_: object) -> Message:
        raise Killed

    write, office.write = office.write, die
    with pytest.raises(Killed):
        office.send()
    office.write = write
    [entry] = office.ledger
    assert (entry.status, entry.waits_until) == ("PREPARED", AT + LEASE)
    sent = come(office, at=AT + LEASE)
    assert sent
    assert (sent.status, sent.code, sent.waits_until, len(office.publications)) == ("SENT", "NEW-1", None, 1)
    assert office.send(at=AT + LEASE) == sent


def test_killed_while_it_was_handed_over_nobody_knows(office: Office) -> None:
    office.email.answers = [Killed()]  # type: ignore[list-item]
    with pytest.raises(Killed):
        office.send()
    [entry] = office.ledger
    assert (entry.status, entry.waits_until) == ("SENDING", AT + LEASE)
    came = come(office, at=AT + LEASE)
    assert came
    assert (came.status, came.waits_until, office.email.taken) == ("UNKNOWN", None, [])


# What it cannot be


def test_who_and_what_must_be_there_and_theirs(office: Office) -> None:
    with pytest.raises(NotFound, match="not found"):
        office.send(office.demand("nobody"))
    with pytest.raises(NotFound):
        office.send(office.demand(publication_id="pub_none"))
    office.customer("bob")
    theirs = given(office, "bob")
    with pytest.raises(InvalidPayload) as told:
        office.send(office.demand(publication_id=theirs))
    assert told.value.details == "publication: is another customer's"
    assert (office.ledger, office.email.taken) == ([], [])


WHO = "cust_1"


@pytest.mark.parametrize(
    ("demand", "details"),
    [
        (Demand(WHO, template="tmpl_email"), "publication: either a publication or a campaign must be named"),
        (Demand(WHO, "pub_1", "camp_1", "tmpl_email"), "publication: either a publication or a campaign must be named"),
        (Demand(WHO, "pub_1"), "template: either a template or templates must be named"),
        (
            Demand(WHO, "pub_1", template="tmpl_email", templates={"sms": "tmpl_sms"}),
            "template: either a template or templates must be named",
        ),
        (Demand(WHO, "pub_1", template="tmpl_email", channel="sms"), "template: is a template for email"),
        (Demand(WHO, "pub_1", templates={"sms": "tmpl_email"}), "templates.sms: is a template for email"),
        (
            Demand(WHO, "pub_1", templates={"sms": "tmpl_sms"}, channel="email"),
            "channel: none of the templates is for it",
        ),
        (Demand(WHO, "pub_1", template="tmpl_email", topic="news"), "topic: is none of the contact policy's"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(office: Office, demand: Demand, details: str) -> None:
    with pytest.raises(InvalidPayload) as told:
        planned(office, demand)
    assert told.value.details == details


def planned(office: Office, demand: Demand) -> Any:
    class Kept:
        def get(self, id_: str = "") -> Any:
            if not id_:
                return office.memory.get(office.project, "contact_policy")
            if found := office.memory.get(office.project, "message_template", id_):
                return found
            raise NotFound("message_template", id_)

    return asked(demand, campaigns=office.till.stores.campaigns, templates=Kept(), policies=Kept())


def test_channels_come_in_the_order_of_their_templates(office: Office) -> None:
    both = {"sms": "tmpl_sms", "email": "tmpl_email"}
    assert planned(office, Demand(WHO, "pub_1", templates=both)).channels == ("sms", "email")  # type: ignore[arg-type]
    only = planned(office, Demand(WHO, "pub_1", templates=both, channel="email"))  # type: ignore[arg-type]
    assert (only.channels, only.templates) == (("email",), {"email": "tmpl_email"})
    one = planned(office, Demand(WHO, campaign="Spring", template="tmpl_sms"))
    assert (one.channels, one.campaign_id) == (("sms",), "camp_1")
    office.policy(topics=(Topic(id="news", name="News"),))
    assert planned(office, Demand(WHO, "pub_1", template="tmpl_sms", topic="news")).topic == "news"
    for missing in (Demand(WHO, campaign="None", template="tmpl_sms"), Demand(WHO, "pub_1", template="tmpl_none")):
        with pytest.raises(NotFound):
            planned(office, missing)


# The gate


def test_the_next_channel_takes_what_the_first_one_may_not(office: Office) -> None:
    office.customer(allows=("sms",))
    sent = office.send(office.demand(channels=("email", "sms")))
    assert (sent.status, sent.channel, office.email.taken) == ("SENT", "sms", [])


def test_what_waits_is_judged_anew_at_the_moment_of_sending(office: Office) -> None:
    office.policy(**NIGHT)
    waits = office.send()
    assert (waits.status, waits.reason, waits.until, waits.code) == ("DEFERRED", "quiet_hours", TEN, None)
    assert office.send(at=AT + MINUTE) == waits
    sent = come(office)
    assert sent
    assert (sent.status, sent.code, sent.due_at) == ("SENT", "NEW-1", AT)


def test_it_may_wait_for_the_next_month_but_not_for_ever(office: Office) -> None:
    office.policy(frequency_caps=(FrequencyCap(max=1, period="MONTH"),))
    office.send()
    waits = office.send(office.demand(id_="dlv_2"))
    assert (waits.status, waits.until) == ("DEFERRED", datetime(2026, 4, 1, tzinfo=UTC))
    came = come(office, "dlv_2", at=AT + 61 * DAY)
    assert came
    assert (came.status, came.reason) == ("DROPPED", "too_late")


def told_to_stop(office: Office) -> None:
    stop = Suppression(channel="email", reason="stop", at=AT)
    office.keep("suppression", "ann@example.com", thing=stop)


def declined_the_topic(office: Office) -> None:
    their = office.due().customer_id
    known: Consents = office.memory.get(office.project, "consents", their)
    no = Preference(about="topic", topic="news", answer="NO", source="a form", at=AT)
    office.keep("consents", their, thing=known.model_copy(update={"preferences": (no,), "version": 2}))


def forgotten(office: Office) -> None:
    office.keep("customer", office.due().customer_id, thing=None)


def no_template(office: Office) -> None:
    office.keep("message_template", "tmpl_email", thing=None)


def campaign_off(office: Office) -> None:
    office.change("campaign", "camp_1", active=False)


def no_codes(office: Office) -> None:
    office.change("campaign", "camp_1", type="STATIC")


def answered(word: str) -> Callable[[Office], None]:
    """To another code of the campaign, while this one waits."""

    def act(office: Office) -> None:
        said = Response(response=word, channel="phone", at=AT + MINUTE)  # type: ignore[arg-type]
        office.keep("response", office.due().customer_id, "camp_1", thing=said)

    return act


def ordered(office: Office) -> None:
    summary = Summary(orders=1, purchases={"ord_1": Purchase(AT + MINUTE, 100)})
    keep_summary(office, summary)


def paid_what_was_open(office: Office) -> None:
    keep_summary(office, Summary(orders=1, purchases={"ord_1": Purchase(AT - DAY, 100)}))


def keep_summary(office: Office, summary: Summary) -> None:
    customer = office.memory.get(office.project, "customer", office.due().customer_id)
    office.keep("summary", customer.id, customer.created_at.isoformat(), thing=summary)


@pytest.mark.parametrize(
    ("meanwhile", "said", "reason"),
    [
        (told_to_stop, {}, "suppressed"),
        (declined_the_topic, {"topic": "news"}, "topic_declined"),
        (forgotten, {}, "customer_gone"),
        (no_template, {}, "template_gone"),
        (campaign_off, {}, "campaign_inactive"),
        (no_codes, {}, "no_voucher_left"),
        (answered("ACCEPTED"), {}, "accepted"),
        (answered("DECLINED"), {}, "declined"),
        (ordered, {"unless_ordered": True}, "already_bought"),
        (paid_what_was_open, {"unless_ordered": True}, "already_bought"),
    ],
)
def test_what_is_of_no_use_any_more_when_its_time_has_come_is_dropped_with_the_reason(
    office: Office, meanwhile: Callable[[Office], None], said: dict[str, Any], reason: str
) -> None:
    office.policy(**NIGHT)
    assert office.send(office.demand(**said)).status == "DEFERRED"
    meanwhile(office)
    dropped = come(office)
    assert dropped
    assert (dropped.status, dropped.reason, dropped.waits_until) == ("DROPPED", reason, None)
    assert (office.publications, office.email.taken) == ([], [])


def test_last_years_answer_does_not_stand_in_the_way_of_this_years(office: Office) -> None:
    said = Response(response="DECLINED", channel="phone", at=AT - 300 * DAY)
    office.keep("response", office.due().customer_id, "camp_1", thing=said)
    assert office.send().status == "SENT"
    keep_summary(office, Summary(orders=3, purchases={"ord_1": Purchase(AT - DAY, 100)}))
    assert office.send(office.demand(id_="dlv_2", unless_ordered=True)).status == "DEFERRED", "a cap, no purchase"


def redeemed(office: Office) -> None:
    office.till.redeem("NEW-1")


def expired(office: Office) -> None:
    change_voucher(office, expiration_date=TEN)


def disabled(office: Office) -> None:
    change_voucher(office, active=False)


def change_voucher(office: Office, **fields: Any) -> None:
    voucher = office.till.find("NEW-1")
    spot = next(it for it, thing in office.memory.things.items() if thing == voucher)
    office.keep(*spot[1:], thing=voucher.model_copy(update=fields))


def accepted(office: Office) -> None:
    [publication] = office.publications
    said = Response(response="ACCEPTED", channel="phone", at=AT)
    office.keep("publication", publication.id, thing=publication.model_copy(update={"response": said}))


def publication_gone(office: Office) -> None:
    [publication] = office.publications
    office.keep("publication", publication.id, thing=None)


CODES: list[tuple[Callable[[Office], None], str]] = [
    (redeemed, "redeemed"),
    (expired, "voucher_expired"),
    (disabled, "voucher_gone"),
    (accepted, "accepted"),
    (campaign_off, "campaign_inactive"),
    (publication_gone, "publication_gone"),
]


@pytest.mark.parametrize(("meanwhile", "reason"), CODES)
def test_a_code_that_is_worth_nothing_when_its_time_has_come_is_not_told_of(
    office: Office, meanwhile: Callable[[Office], None], reason: str
) -> None:
    publication_id = given(office)
    office.policy(**NIGHT)
    assert office.send(office.demand(publication_id=publication_id)).status == "DEFERRED"
    meanwhile(office)
    dropped = come(office)
    assert dropped
    assert (dropped.status, dropped.reason, office.email.taken) == ("DROPPED", reason, [])


def test_what_would_come_when_its_code_is_over_does_not_wait_for_that(office: Office) -> None:
    publication_id = given(office)
    expired(office)
    office.policy(**NIGHT)
    dropped = office.send(office.demand(publication_id=publication_id))
    assert (dropped.status, dropped.reason) == ("DROPPED", "voucher_expired")
    office.change("campaign", "camp_1", expiration_date=TEN)
    dropped = office.send(office.demand(id_="dlv_2"))
    assert (dropped.status, dropped.reason) == ("DROPPED", "voucher_expired")
    office.deliver()
    assert office.status == ("DROPPED", "voucher_expired"), "what is due does not wait for it either"


# Up to the moment of sending


def withdrawn(office: Office) -> None:
    their = office.due().customer_id
    known = office.memory.get(office.project, "consents", their)
    office.keep("consents", their, thing=known.model_copy(update={"current": (), "version": 2}))


@pytest.mark.parametrize("due", [True, False])
@pytest.mark.parametrize(("act", "reason"), [(redeemed, "redeemed"), (accepted, "accepted"), (withdrawn, "no_consent")])
def test_what_happens_in_the_moment_before_it_is_handed_over_still_counts(
    office: Office, act: Callable[[Office], None], reason: str, *, due: bool
) -> None:
    beside(office, act, verb="hand_over")
    came = deliver(office.due() if due else office.demand(), office.means, at=AT)
    assert came
    assert (came.status, came.reason, came.contact_at, office.email.taken) == ("DROPPED", reason, None, [])
    [contacts] = office.memory.all(office.project, "contacts")
    assert contacts.sent == (), "its place is given back"


def test_a_word_that_changes_nothing_has_it_judged_anew_and_leave_once(office: Office) -> None:
    def agree(other: Office) -> None:
        their = other.due().customer_id
        known = other.memory.get(other.project, "consents", their)
        other.keep("consents", their, thing=known.model_copy(update={"version": 2}))

    beside(office, agree, verb="hand_over")
    sent = office.send()
    assert (sent.status, len(office.email.taken), len(office.publications)) == ("SENT", 1, 1)
    [contacts] = office.memory.all(office.project, "contacts")
    assert len(contacts.sent) == 1


# What the channel says


def test_a_channel_that_is_busy_has_it_wait_for_a_tick_and_it_keeps_its_place(office: Office) -> None:
    office.email.answers = [NotTaken()]
    waits = office.send()
    told = (waits.status, waits.reason, waits.until, waits.lease, waits.contact_at, waits.code)
    assert told == ("DEFERRED", "channel_busy", AT + MINUTE, None, AT, "NEW-1")
    second = office.send(office.demand(id_="dlv_2"))
    assert (second.status, second.reason) == ("DEFERRED", "frequency_cap"), "the first one's place is taken"
    assert come(office, at=AT + MINUTE - timedelta(seconds=1)) is None
    sent = come(office, at=AT + 15 * MINUTE)
    assert sent
    assert (sent.status, sent.code, sent.reason, len(office.publications)) == ("SENT", "NEW-1", None, 1)
    [contacts] = office.memory.all(office.project, "contacts")
    assert [it.at for it in contacts.sent] == [AT + 15 * MINUTE]


def test_the_longer_a_channel_is_busy_the_longer_it_is_left_alone(office: Office) -> None:
    office.email.answers = [NotTaken()] * 4
    waits = office.send()
    for at, wait in (
        (AT + 15 * MINUTE, 7.5 * MINUTE),
        (AT + 60 * MINUTE, 30 * MINUTE),
        (AT + 3_000 * MINUTE, 360 * MINUTE),
    ):
        waits = come(office, at=at)
        assert waits
        assert (waits.status, waits.until) == ("DEFERRED", at + wait)


def test_put_off_by_a_channel_and_then_answered_it_gives_its_place_back(office: Office) -> None:
    office.email.answers = [NotTaken()]
    office.send()
    accepted(office)
    dropped = come(office)
    assert dropped
    assert (dropped.status, dropped.reason) == ("DROPPED", "accepted")
    [contacts] = office.memory.all(office.project, "contacts")
    assert contacts.sent == ()


def test_whom_the_carrier_has_barred_is_left_in_peace_from_then_on(office: Office) -> None:
    office.sms.answers = [NeverTaken("opted_out")]
    by_sms = {"channels": ("sms",)}
    failed = office.send(office.demand(**by_sms))
    assert (failed.status, failed.reason) == ("FAILED", "opted_out")
    assert office.memory.all(office.project, "suppression") == [Suppression(channel="sms", reason="stop", at=AT)]
    dropped = office.send(office.demand(id_="dlv_2", **by_sms))
    assert (dropped.status, dropped.reason) == ("DROPPED", "suppressed")


def test_other_answers_end_it(office: Office) -> None:
    office.policy(frequency_caps=())
    office.email.answers = [NeverTaken("message_refused"), PerhapsTaken()]
    states = [office.send(office.demand(id_=f"dlv_{number}")) for number in range(2)]
    assert [(it.status, it.reason, it.waits_until) for it in states] == [
        ("FAILED", "message_refused", None),
        ("UNKNOWN", None, None),
    ]


# A dry run


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (lambda _: None, ("SENT", None)),
        (lambda office: office.policy(**NIGHT), ("DEFERRED", "quiet_hours")),
        (withdrawn, ("DROPPED", "no_consent")),
        (no_codes, ("DROPPED", "no_voucher_left")),
        (told_to_stop, ("DROPPED", "suppressed")),
    ],
)
def test_a_dry_run_tells_what_would_come_and_leaves_nothing(
    office: Office, before: Callable[[Office], None], told: tuple[str, str | None]
) -> None:
    before(office)
    things = office.memory.things
    foreseen = foresee(office.demand(), office.post, at=AT)
    assert (foreseen.status, foreseen.reason, foreseen.version) == (*told, 0)
    assert (office.memory.things, office.email.taken) == (things, [])
    came = office.send()
    assert (came.status, came.reason, came.until, came.channel) == (*told, foreseen.until, foreseen.channel)


def test_a_dry_run_of_a_publication_tells_its_code_and_refuses_what_is_refused(office: Office) -> None:
    publication_id = given(office)
    foreseen = foresee(office.demand(publication_id=publication_id), office.post, at=AT)
    assert (foreseen.status, foreseen.code, foreseen.publication_id) == ("SENT", "NEW-1", publication_id)
    with pytest.raises(NotFound):
        foresee(office.demand("nobody"), office.post, at=AT)
