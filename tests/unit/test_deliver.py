"""A message that is due leaves once, or it is told why not; what does not leave gives no code away."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.delivery.pacing import PAUSES, Paced
from shared.domain.calendar.schedules import Audience, Holiday
from shared.domain.errors import Moved
from shared.domain.post.consents import Consent, Consents
from shared.domain.post.contact_policy import Blackout, FrequencyCap, QuietHours
from shared.domain.post.deliveries import (
    ARROWS,
    LEASE,
    LONGEST_WORK,
    Delivery,
    Message,
    NeverTaken,
    NotTaken,
    PerhapsTaken,
)
from shared.domain.segments import Segment
from shared.usecases.deliver import UnderWay
from tests.fake_post import FakeChannel
from tests.unit.sorting import MAKING, Office
from tests.unit.values import AT, DAY

NIGHT = {"quiet_hours": QuietHours.model_validate({"from": "21:00", "to": "10:00"})}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office() -> Office:
    office = Office()
    office.policy()
    office.customer()
    return office


def test_a_message_leaves_with_a_code_of_its_own_and_is_told_of(office: Office) -> None:
    sent = office.deliver()
    assert sent == office.entry()
    [publication] = office.publications
    assert sent
    told = {name: value for name in Delivery.model_fields if (value := getattr(sent, name)) is not None}
    assert told == {
        "id": "dlv_aa0d06b7d43fac5a",
        "customer_id": office.due().customer_id,
        "status": "SENT",
        "schedule_id": "sch_1",
        "campaign_id": "camp_1",
        "purpose": "marketing",
        "occasion": "BIRTHDAY",
        "day": date(2026, 3, 17),
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
    assert office.email.taken == [Message("email", "ann@example.com", "For you", "NEW-1")]
    assert (publication.codes, publication.source_id) == (("NEW-1",), f"sch_1:{sent.customer_id}:2026")
    assert office.till.find("NEW-1").holder_id == sent.customer_id
    assert office.counters == {"due": 1, "SENT": 1}


def test_asked_again_it_has_left_and_no_more_does(office: Office) -> None:
    office.deliver()
    before = office.memory.things
    for at in (AT, AT + MINUTE, AT + 30 * DAY):
        assert office.deliver(at=at) is None
    assert office.deliver_waiting(at=AT + DAY) is None
    assert (office.memory.things, len(office.email.taken)) == (before, 1)


def test_after_a_birthday_was_edited_nothing_more_leaves_this_year_and_next_year_again(office: Office) -> None:
    id_ = office.customer()
    office.deliver()
    known = office.memory.get("proj_sandbox", "customer", id_)
    office.change("customer", id_, profile=known.profile.model_copy(update={"birthdate": date(1990, 5, 1)}))
    later = datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert office.deliver(day=later.date(), at=later, ran=later) is None
    year = datetime(2027, 5, 1, 9, tzinfo=UTC)
    assert office.deliver(day=year.date(), at=year, ran=year)
    assert len(office.email.taken) == 2


def test_the_code_ends_when_the_schedule_says_or_its_campaign_does_before(office: Office) -> None:
    office.schedule(validity="P1D")
    office.customer(time_zone="America/New_York")
    evening = datetime(2026, 3, 17, 20, tzinfo=UTC)
    office.deliver(at=evening, ran=evening)
    assert office.till.find("NEW-1").expiration_date == datetime(2026, 3, 19, 4, tzinfo=UTC) - timedelta(milliseconds=1)
    office.change("campaign", "camp_1", activity_duration_after_publishing="PT1H")
    office.customer("bob")
    sent = office.deliver("bob")
    assert sent
    assert sent.code
    assert office.till.find(sent.code).expiration_date == AT + timedelta(hours=1)


def off(office: Office) -> None:
    office.change("schedule", "sch_1", active=False)


def off_and_on(office: Office) -> None:
    office.change("schedule", "sch_1", active_since=AT + MINUTE)


def no_schedule(office: Office) -> None:
    office.keep("schedule", "sch_1", thing=None)


def forgotten(office: Office) -> None:
    office.keep("customer", office.due().customer_id, thing=None)


def born_another_day(office: Office) -> None:
    office.customer(birthdate="1990-03-18")


def gone_west(office: Office) -> None:
    office.customer(time_zone="America/New_York")


def for_vips(office: Office) -> None:
    wanted = {"metadata.club": {"conditions": {"$is": "VIP"}}}
    office.keep("segment", "seg_1", thing=Segment(id="seg_1", name="V", type="passive", filter=wanted, created_at=AT))
    office.schedule(audience=Audience(segment_id="seg_1"))


def for_nobody(office: Office) -> None:
    office.schedule(audience=Audience(segment_id="seg_gone"))


def for_the_irish(office: Office) -> None:
    office.schedule(occasion=Holiday(country="IE", name="Saint Patrick's Day"))


NOT_DUE: list[tuple[Callable[[Office], None], str]] = [
    (off, "schedule_inactive"),
    (off_and_on, "schedule_inactive"),
    (no_schedule, "schedule_inactive"),
    (forgotten, "customer_gone"),
    (born_another_day, "not_due"),
    (gone_west, "not_due"),
    (for_the_irish, "not_due"),
    (for_vips, "not_in_audience"),
    (for_nobody, "not_in_audience"),
]


@pytest.mark.parametrize(("change", "reason"), NOT_DUE)
def test_what_was_never_due_or_is_no_more_is_not_written_down(
    office: Office, change: Callable[[Office], None], reason: str
) -> None:
    change(office)
    before = office.memory.things
    assert office.deliver() is None
    assert (office.memory.things, office.email.taken) == (before, [])


def test_what_waits_still_leaves_though_the_schedule_was_told_another_hour(office: Office) -> None:
    office.policy(**NIGHT)
    office.schedule(on_since=MAKING)
    office.deliver()
    office.schedule(active_since=AT + MINUTE, send_at="10:00", on_since=MAKING)
    sent = office.deliver_waiting(at=AT + 2 * 60 * MINUTE)
    assert sent
    assert sent.status == "SENT"


@pytest.mark.parametrize(("change", "reason"), [case for case in NOT_DUE if case[0] is not gone_west])
def test_what_has_waited_meanwhile_is_dropped_with_the_reason(
    office: Office, change: Callable[[Office], None], reason: str
) -> None:
    office.policy(**NIGHT)
    office.deliver()
    change(office)
    dropped = office.deliver_waiting(at=AT + 2 * 60 * MINUTE)
    assert dropped
    assert (dropped.status, dropped.reason, dropped.until) == ("DROPPED", reason, None)
    assert (office.counters, office.email.taken) == ({"due": 1, f"dropped#{reason}": 1}, [])
    assert office.publications == []


def test_who_moves_west_while_it_waits_gets_it_when_it_may_come_there(office: Office) -> None:
    office.policy(**NIGHT)
    office.deliver()
    gone_west(office)
    waits = office.deliver_waiting(at=AT + 2 * 60 * MINUTE)
    assert waits
    assert waits.until
    assert (waits.status, waits.reason, waits.until) == ("DEFERRED", "quiet_hours", AT + 6 * 60 * MINUTE)
    assert office.deliver(at=AT + 5 * 60 * MINUTE) is None, "the run there finds that it waits"
    sent = office.deliver_waiting(at=waits.until)
    assert sent
    assert (sent.status, office.counters) == ("SENT", {"due": 1, "SENT": 1})


def campaign_off(office: Office) -> None:
    office.change("campaign", "camp_1", active=False)


def campaign_over(office: Office) -> None:
    office.change("campaign", "camp_1", expiration_date=AT)


def campaign_gone(office: Office) -> None:
    office.keep("campaign", "camp_1", thing=None)


def no_codes(office: Office) -> None:
    office.change("campaign", "camp_1", type="STATIC")


def no_template(office: Office) -> None:
    office.keep("message_template", "tmpl_email", thing=None)


def no_consent(office: Office) -> None:
    office.customer(allows=("sms",))


def no_address(office: Office) -> None:
    office.customer(email=None)


def never(office: Office) -> None:
    office.policy(frequency_caps=(FrequencyCap(max=0, period="DAY"),))


def a_fortnight_off(office: Office) -> None:
    days = {"from": "2026-03-10", "to": "2026-03-31"}
    office.policy(blackouts=(Blackout.model_validate(days),))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (campaign_off, "campaign_inactive"),
        (campaign_over, "campaign_inactive"),
        (campaign_gone, "campaign_inactive"),
        (no_codes, "no_voucher_left"),
        (no_template, "template_gone"),
        (no_consent, "no_consent"),
        (no_address, "no_address"),
        (never, "frequency_cap"),
        (a_fortnight_off, "blackout"),
    ],
)
def test_what_was_due_and_cannot_leave_is_dropped_and_no_code_is_given_away(
    office: Office, change: Callable[[Office], None], reason: str
) -> None:
    change(office)
    office.deliver()
    assert office.status == ("DROPPED", reason)
    assert (office.publications, office.email.taken) == ([], [])
    assert office.counters == {"due": 1, f"dropped#{reason}": 1}
    assert office.deliver(at=AT + DAY) is None


def test_a_run_of_more_than_a_week_ago_is_made_up_for_no_more(office: Office) -> None:
    office.deliver(at=AT + 7 * DAY + MINUTE)
    assert office.status == ("DROPPED", "too_late")
    assert (office.publications, office.email.taken) == ([], [])


def test_what_is_no_marketing_leaves_at_any_hour_and_counts_for_no_cap(office: Office) -> None:
    office.policy(**NIGHT)
    office.schedule(purpose="transactional")
    assert office.deliver()
    assert office.status == ("DROPPED", "no_consent"), "a yes to marketing is none to anything else"
    bob = office.customer("bob")
    yes = Consent(channel="email", purpose="transactional", granted=True, source="a form", at=MAKING)
    office.keep("consents", bob, thing=Consents(customer_id=bob, current=(yes,), version=1))
    sent = office.deliver("bob")
    assert sent
    assert (sent.status, sent.purpose, office.memory.all("proj_sandbox", "contacts")) == ("SENT", "transactional", [])


def test_what_waits_is_of_the_campaign_that_its_schedule_names_then(office: Office) -> None:
    office.policy(**NIGHT)
    office.deliver()
    office.till.campaign("AUTUMN-1", id_="camp_2", name="Autumn")
    office.schedule(campaign_id="camp_2")
    sent = office.deliver_waiting(at=AT.replace(hour=10))
    assert sent
    assert (sent.code, sent.campaign_id) == ("AUTUMN-1", "camp_2")


def test_the_first_channel_that_may_take_it_does(office: Office) -> None:
    office.schedule(channels=("email", "sms"))
    office.customer(allows=("sms",))
    sent = office.deliver()
    assert sent
    assert (sent.channel, sent.template_id, office.email.taken) == ("sms", "tmpl_sms", [])
    assert [message.to for message in office.sms.taken] == ["+353850000000"]


def test_what_waits_has_no_code_yet_and_is_judged_anew_when_its_time_has_come(office: Office) -> None:
    office.policy(**NIGHT)
    waits = office.deliver()
    assert waits
    ten = AT.replace(hour=10)
    assert (waits.status, waits.until, waits.reason) == ("DEFERRED", ten, "quiet_hours")
    assert (office.publications, office.counters) == ([], {"due": 1, "DEFERRED": 1})
    assert office.deliver(at=ten - MINUTE) is None
    assert office.deliver_waiting(at=ten - MINUTE) is None
    office.policy(quiet_hours=QuietHours.model_validate({"from": "21:00", "to": "11:00"}))
    assert office.deliver_waiting(at=ten) == office.entry()
    assert office.status == ("DEFERRED", "quiet_hours")
    sent = office.deliver_waiting(at=AT.replace(hour=11))
    assert sent
    assert (sent.status, sent.until, sent.reason, sent.sent_at) == ("SENT", None, None, AT.replace(hour=11))
    assert office.counters == {"due": 1, "SENT": 1}


def test_of_two_messages_of_one_day_the_second_waits_for_tomorrow(office: Office) -> None:
    office.schedule("sch_2")
    office.deliver()
    office.deliver(schedule="sch_2")
    second = office.entry(schedule="sch_2")
    assert second
    midnight = datetime(2026, 3, 18, tzinfo=UTC)
    assert (second.status, second.reason, second.until) == ("DEFERRED", "frequency_cap", midnight)
    office.deliver_waiting(schedule="sch_2", at=midnight)
    assert len(office.email.taken) == 2


class Beside:
    """A post before whose next commit somebody else acts."""

    def __init__(self, post: Any, act: Callable[[], object], verb: str) -> None:
        self._post, self._act, self._verb = post, act, verb

    def __getattr__(self, verb: str) -> Any:
        if verb == self._verb:
            self._verb = ""
            self._act()
        return getattr(self._post, verb)


def beside(office: Office, act: Callable[[Office], object], *, verb: str = "giving") -> None:
    other = object.__new__(type(office))
    other.__dict__ = dict(office.__dict__)
    office.post = Beside(office.post, lambda: act(other), verb)


def test_two_workers_with_two_schedules_for_one_customer_never_pass_a_cap_together(office: Office) -> None:
    office.schedule("sch_2")
    beside(office, lambda other: other.deliver(schedule="sch_2"))
    waits = office.deliver()
    assert waits
    assert (waits.status, waits.reason, len(office.email.taken), len(office.publications)) == (
        "DEFERRED",
        "frequency_cap",
        1,
        1,
    )


def test_two_workers_on_one_message_send_it_once(office: Office) -> None:
    beside(office, lambda other: other.deliver())
    assert office.deliver() is None
    assert (len(office.email.taken), len(office.publications), office.counters) == (1, 1, {"due": 1, "SENT": 1})


def test_whoever_comes_while_it_is_under_way_has_to_come_again(office: Office) -> None:
    came = []

    def come(other: Office) -> None:
        with pytest.raises(UnderWay):
            other.deliver()
        came.append(other.status[0])

    office.write = lambda letter: come(office) or Message("email", letter.to, "", "")
    office.deliver()
    assert (came, len(office.email.taken)) == (["PREPARED"], 1)


def test_nobody_is_written_to_who_is_forgotten_in_that_moment(office: Office) -> None:
    beside(office, forgotten)
    assert office.deliver() is None
    assert (office.ledger, office.publications, office.email.taken) == ([], [], [])


def test_an_address_that_changes_in_that_moment_is_the_one_that_is_written_to(office: Office) -> None:
    id_ = office.due().customer_id
    profile = office.memory.get("proj_sandbox", "customer", id_).profile.model_copy(update={"email": "new@example.com"})
    beside(office, lambda other: other.change("customer", id_, profile=profile))
    office.deliver()
    assert [message.to for message in office.email.taken] == ["new@example.com"]


def test_a_publication_that_there_is_already_tells_the_same_code(office: Office) -> None:
    office.till.issue("ann", campaign="camp_1", source_id=office.due().source_id)
    sent = office.deliver()
    assert sent
    assert (sent.code, sent.status, len(office.publications)) == ("NEW-1", "SENT", 1)
    assert office.counters == {"due": 1, "SENT": 1}


def test_a_name_that_belongs_to_another_publication_gives_no_code_away(office: Office) -> None:
    office.customer("bob")
    office.till.issue("bob", campaign="camp_1", source_id=office.due().source_id)
    office.deliver()
    assert office.status == ("DROPPED", "duplicate_source_id")
    assert office.email.taken == []


def test_where_everybody_joins_a_campaign_once_the_first_code_is_told_again(office: Office) -> None:
    office.change("campaign", "camp_1", join_once=True)
    office.till.issue("ann", campaign="camp_1")
    sent = office.deliver()
    assert sent
    assert (sent.code, len(office.publications)) == ("NEW-1", 1)


def test_but_not_if_that_code_is_used_up_by_then(office: Office) -> None:
    office.change("campaign", "camp_1", join_once=True)
    office.till.issue("ann", campaign="camp_1")
    office.till.redeem("NEW-1")
    office.deliver()
    assert office.status == ("DROPPED", "voucher_used_up")
    assert office.email.taken == []


# What the channel says


def test_what_is_not_taken_for_now_lets_its_lease_go_and_is_tried_again(office: Office) -> None:
    office.email.answers = [NotTaken()]
    with pytest.raises(NotTaken):
        office.deliver()
    entry = office.entry()
    assert entry
    assert (entry.status, entry.lease, entry.code) == ("PREPARED", None, "NEW-1")
    assert office.counters == {"due": 1, "PREPARED": 1}
    sent = office.deliver(at=AT + MINUTE)
    assert sent
    assert (sent.status, sent.code, len(office.publications)) == ("SENT", "NEW-1", 1)
    assert office.counters == {"due": 1, "SENT": 1}
    [contacts] = office.memory.all("proj_sandbox", "contacts")
    assert [contact.at for contact in contacts.sent] == [AT + MINUTE], "it counts once, at the time at which it left"


def test_what_is_tried_again_is_judged_again_and_its_place_is_given_back(office: Office) -> None:
    office.email.answers = [NotTaken()]
    with pytest.raises(NotTaken):
        office.deliver()
    office.customer(allows=())
    office.deliver(at=AT + MINUTE)
    assert office.status == ("DROPPED", "no_consent")
    [contacts] = office.memory.all("proj_sandbox", "contacts")
    assert (contacts.sent, office.email.taken) == ((), [])


def test_what_is_tried_again_in_quiet_hours_waits_and_then_tells_the_same_code(office: Office) -> None:
    office.email.answers = [NotTaken()]
    with pytest.raises(NotTaken):
        office.deliver()
    office.policy(**NIGHT)
    office.deliver(at=AT + MINUTE)
    assert office.status == ("DEFERRED", "quiet_hours")
    sent = office.deliver_waiting(at=AT.replace(hour=10))
    assert sent
    assert (sent.status, sent.code, len(office.publications)) == ("SENT", "NEW-1", 1)


def test_a_message_that_is_refused_for_good_has_failed(office: Office) -> None:
    office.email.answers = [NeverTaken("message_rejected")]
    office.deliver()
    assert office.status == ("FAILED", "message_rejected")
    assert office.deliver(at=AT + DAY) is None
    assert (office.counters, office.email.taken) == ({"due": 1, "FAILED": 1}, [])


def test_a_message_that_cannot_be_written_has_failed(office: Office) -> None:
    def fail(_: object) -> Message:
        raise NeverTaken("template_failed")

    office.write = fail
    office.deliver()
    assert office.status == ("FAILED", "template_failed")
    assert office.counters == {"due": 1, "FAILED": 1}


def test_of_a_message_that_was_perhaps_taken_nobody_knows_and_it_is_not_sent_again(office: Office) -> None:
    office.email.answers = [PerhapsTaken()]
    office.deliver()
    assert office.status == ("UNKNOWN", None)
    assert office.deliver(at=AT + DAY) is None
    assert (office.counters, office.email.taken) == ({"due": 1, "UNKNOWN": 1}, [])


# When the worker dies


class Killed(BaseException):
    """The end of a worker."""


def test_killed_before_it_was_handed_over_it_leaves_when_the_lease_has_lapsed(office: Office) -> None:
    def die(_: object) -> Message:
        raise Killed

    write, office.write = office.write, die
    with pytest.raises(Killed):
        office.deliver()
    office.write = write
    with pytest.raises(UnderWay):
        office.deliver(at=AT + LEASE - MINUTE)
    sent = office.deliver(at=AT + LEASE)
    assert sent
    assert (sent.status, sent.code, len(office.email.taken), len(office.publications)) == ("SENT", "NEW-1", 1, 1)
    assert office.counters == {"due": 1, "SENT": 1}


def test_killed_while_it_was_handed_over_nobody_knows(office: Office) -> None:
    office.email.answers = [Killed()]  # type: ignore[list-item]
    with pytest.raises(Killed):
        office.deliver()
    with pytest.raises(UnderWay):
        office.deliver(at=AT + LEASE - MINUTE)
    office.deliver(at=AT + LEASE)
    assert (office.status, office.counters) == (("UNKNOWN", None), {"due": 1, "UNKNOWN": 1})
    assert office.email.taken == []


def test_who_was_thought_dead_and_is_not_does_not_send_what_another_has_taken_up(office: Office) -> None:
    later = AT + LEASE

    def sleep_long(letter: Any) -> Message:
        office.write = write
        office.deliver(at=later)
        return write(letter)

    write, office.write = office.write, sleep_long
    with pytest.raises(Moved):
        office.deliver()
    assert (office.status, len(office.email.taken)) == (("SENT", None), 1)


# The states


def test_a_worker_is_dead_before_its_lease_lapses() -> None:
    assert LEASE > LONGEST_WORK


@pytest.mark.parametrize("status", ARROWS)
def test_a_delivery_moves_along_the_arrows_and_no_other_way(status: Any) -> None:
    its = {"customer_id": "c", "schedule_id": "s", "campaign_id": "c", "occasion": "DAY", "day": MAKING.date()}
    delivery = Delivery(id="dlv_1", status=status, due_at=AT, created_at=AT, **its)
    steps = {
        "SENDING": lambda: delivery.sending(AT),
        "SENT": lambda: delivery.sent("m", AT),
        "FAILED": lambda: delivery.failed("why", AT),
        "UNKNOWN": lambda: delivery.lost_sight_of(AT),
        "DEFERRED": lambda: delivery.deferred(AT, "why", AT),
        "DROPPED": lambda: delivery.dropped("why", AT),
        "PREPARED": lambda: delivery.prepared("email", "t", "p", "c", AT),
    }
    for to, step in steps.items():
        if to in ARROWS[status]:
            assert step().status == to
        else:
            with pytest.raises(ValueError, match=f"{status} never becomes {to}"):
                step()
    assert delivery.ended is not bool(ARROWS[status])


# Pacing


def test_a_channel_that_wants_patience_is_asked_again_later_and_later() -> None:
    slept: list[float] = []
    channel = FakeChannel(answers=[NotTaken()] * len(PAUSES))
    paced = Paced(channel, sleep=slept.append, part=lambda of: of)
    assert paced.send(Message("email", "ann@example.com", "", "")) == "message-1"
    assert slept == [0.25, 0.5, 1.0, 2.0, 4.0]


def test_a_channel_that_takes_its_time_to_refuse_is_left_to_the_queue() -> None:
    channel, seconds = FakeChannel(answers=[NotTaken()] * 9), iter(range(0, 99, 6))
    paced = Paced(channel, sleep=lambda _: None, seconds=lambda: float(next(seconds)))
    with pytest.raises(NotTaken):
        paced.send(Message("email", "ann@example.com", "", ""))
    assert len(channel.answers) == 9 - 2


def test_patience_has_an_end_and_other_answers_are_not_asked_for_twice() -> None:
    channel = FakeChannel(answers=[NotTaken()] * (len(PAUSES) + 1) + [PerhapsTaken()])
    paced = Paced(channel, sleep=lambda _: None)
    message = Message("email", "ann@example.com", "", "")
    for answer in (NotTaken, PerhapsTaken):
        with pytest.raises(answer):
            paced.send(message)
    assert (channel.answers, channel.taken) == ([], [])
