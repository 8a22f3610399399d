"""What is heard of messages that have left: what it means, when it is believed, and what comes of it."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Moved
from shared.domain.post.deliveries import Channel, Delivery, Status
from shared.domain.post.feedback import Answered, Doubtful, Mirroring, Report, What, refuse_doubtful
from shared.domain.post.suppressions import Suppression, Why
from shared.usecases.heed import TooEarly, heed, heed_text, mirror
from shared.wire.feedback import heard
from tests.fakes import FakeConsents, FakeCustomers
from tests.returns import bounce, complaint, text
from tests.unit.sorting import Office
from tests.unit.values import AT, DAY, MILLISECOND, PROJECT

MAIL = ("dlv_1", "message-1", "ann@example.com", AT)
PHONE = "+353850000000"


def report(what: What = "bounce", **fields: Any) -> Report:
    known = {"delivery_id": "dlv_1", "message_id": "message-1", "address": "ann@example.com", "at": AT}
    return Report(project=PROJECT, what=what, **{**known, **fields})


# What it means


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (bounce(*MAIL), report()),
        (bounce(*MAIL, sub="NoEmail"), report()),
        (bounce(*MAIL, sub="OnAccountSuppressionList"), report()),
        (bounce(*MAIL, kind="Undetermined", sub="OnAccountSuppressionList"), report()),
        (bounce(*MAIL, kind="Transient"), None),
        (bounce(*MAIL, kind="Transient", sub="MailboxFull"), None),
        (bounce(*MAIL, kind="Undetermined", sub="Undetermined"), None),
        (bounce("dlv_1", "message-1", "Ann Bee <ann@example.com>", AT), report()),
        (complaint(*MAIL), report("complaint")),
        (complaint(*MAIL, kind=None), report("complaint")),
        (complaint(*MAIL, kind="fraud"), report("complaint")),
        (complaint(*MAIL, kind="not-spam"), None),
        ({"eventType": "Delivery", "mail": {}, "delivery": {}}, None),
        ({"eventType": "DeliveryDelay", "deliveryDelay": {"delayType": "MailboxFull"}}, None),
        (text(PHONE, "Stop. Thank you"), Answered(PHONE, "Stop. Thank you", AT)),
        (text(PHONE, "\x07stop\x00"), Answered(PHONE, "\x07stop\x00", AT)),
        (text(PHONE, "x" * 5_000), Answered(PHONE, "x" * 2_000, AT)),
        ({"opted_out": ""}, Mirroring(None)),
        ({"opted_out": "page 2"}, Mirroring("page 2")),
    ],
)
def test_what_it_means(event: dict[str, Any], told: object) -> None:
    assert heard(json.dumps(event), at=AT) == told


def test_what_ses_says_when_it_is_told_of_the_topic_is_nothing() -> None:
    assert heard("Successfully validated SNS topic for Amazon SES event publishing.", at=AT) is None


def test_what_is_said_to_be_of_tomorrow_is_of_now() -> None:
    event = complaint("dlv_1", "message-1", "ann@example.com", AT + DAY)
    assert heard(json.dumps(event), at=AT) == report("complaint")


def without(event: dict[str, Any], *path: str) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(event))
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return copy


def tagged(**tags: Any) -> dict[str, Any]:
    event = bounce(*MAIL)
    event["mail"]["tags"] |= tags
    return event


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "no_json"),
        ("{", "no_json"),
        ("Unsubscribe me", "no_json"),
        ("[]", "no_event"),
        ("null", "no_event"),
        ("{}", "no_event"),
        ({"eventType": 1}, "no_event"),
        ({"notificationType": "Bounce"}, "no_event"),
        ({"eventType": "Bounce"}, "malformed"),
        (without(bounce(*MAIL), "mail", "tags"), "malformed"),
        (without(bounce(*MAIL), "mail", "tags", "delivery"), "malformed"),
        (without(bounce(*MAIL), "mail", "messageId"), "malformed"),
        (without(bounce(*MAIL), "bounce", "timestamp"), "malformed"),
        (without(bounce(*MAIL), "bounce", "bouncedRecipients"), "malformed"),
        (without(complaint(*MAIL), "complaint"), "malformed"),
        (tagged(delivery=[]), "malformed"),
        (tagged(delivery=["dlv_1", "dlv_2"]), "malformed"),
        (tagged(project=["proj_sandbox#x"]), "malformed"),
        (tagged(project=["p" * 300]), "malformed"),
        (tagged(delivery="dlv_1"), "malformed"),
        (bounce("dlv_1", "message-1", "nobody", AT), "no_address"),
        (bounce("dlv_1", "", "ann@example.com", AT), "malformed"),
        (text("Shop", "STOP"), "malformed"),
        (text("", "STOP"), "malformed"),
        (without(text(PHONE, "STOP"), "messageBody"), "malformed"),
        ({"opted_out": None}, "malformed"),
        ({"opted_out": {"page": 1}}, "malformed"),
    ],
)
def test_what_none_of_them_would_say_is_told_as_doubtful(said: Any, why: str) -> None:
    with pytest.raises(Doubtful, match=f"^{why}$"):
        heard(said if isinstance(said, str) else json.dumps(said), at=AT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    where=st.sampled_from(
        [("mail",), ("bounce",), ("mail", "tags"), ("mail", "messageId"), ("bounce", "bouncedRecipients")]
    ),
    what=JSON,
)
def test_whatever_stands_in_an_event_it_is_understood_or_doubted(where: tuple[str, ...], what: Any) -> None:
    event = bounce(*MAIL)
    inner = event
    for name in where[:-1]:
        inner = inner[name]
    inner[where[-1]] = what
    with suppress(Doubtful):
        assert heard(json.dumps(event), at=AT) in {report(), report(message_id=str(what)), None}


# When it is believed


@pytest.mark.parametrize(
    ("status", "fields", "own", "why"),
    [
        ("SENT", {"message_id": "message-1"}, "ann@example.com", None),
        ("SENT", {"message_id": "message-1"}, "ann@new.example.com", None),
        ("SENT", {"message_id": "message-1"}, None, None),
        ("SENT", {"message_id": "message-2"}, "ann@example.com", "other_message"),
        ("SENT", {"message_id": "message-1", "channel": "sms"}, "ann@example.com", "no_mail"),
        ("UNKNOWN", {}, "Ann@Example.com", None),
        ("UNKNOWN", {}, "bob@example.com", "other_address"),
        ("UNKNOWN", {}, None, "other_address"),
        ("PREPARED", {}, "ann@example.com", "not_sent"),
        ("FAILED", {}, "ann@example.com", "not_sent"),
        ("DROPPED", {"channel": None}, "ann@example.com", "no_mail"),
    ],
)
def test_a_report_is_believed_if_it_knows_what_only_the_provider_does(
    status: Status, fields: dict[str, Any], own: str | None, why: str | None
) -> None:
    delivery = Delivery(
        **{"id": "dlv_1", "status": status, "customer_id": "cust_1", "channel": "email", "due_at": AT, "created_at": AT}
        | fields
    )
    if why is None:
        refuse_doubtful(report(), delivery, own=own)
    else:
        with pytest.raises(Doubtful, match=f"^{why}$"):
            refuse_doubtful(report(), delivery, own=own)


def test_of_a_delivery_that_never_was_nothing_is_believed() -> None:
    with pytest.raises(Doubtful, match="no_delivery"):
        refuse_doubtful(report(), None, own="ann@example.com")


# What comes of it


class Kept:
    """Suppressions in memory, by address and reason."""

    def __init__(self) -> None:
        self.all: dict[tuple[str, Why], Suppression] = {}

    def add(self, address: str, suppression: Suppression) -> None:
        known = self.all.get((address, suppression.reason))
        if known is None or known.at < suppression.at:
            self.all[address, suppression.reason] = suppression

    def lift(self, _channel: Channel, address: str, *, reason: Why, until: datetime) -> None:
        known = self.all.get((address, reason))
        if known and known.at <= until:
            del self.all[address, reason]

    @property
    def told(self) -> list[tuple[str, Why]]:
        return sorted(self.all)


class Desk:
    """An office that has sent Ann her mail, and hears what becomes of it."""

    def __init__(self) -> None:
        self.office = Office()
        self.office.policy()
        self.ann = self.office.customer()
        sent = self.office.deliver()
        assert sent
        self.sent = sent
        self.suppressions = Kept()
        self.consents = FakeConsents(self.office.memory, PROJECT)
        self.people = FakeCustomers(self.office.memory, PROJECT)

    def heed(self, what: What = "bounce", *, post: Any = None, **fields: Any) -> bool:
        known = {"delivery_id": self.sent.id, "message_id": self.sent.message_id, "at": AT + DAY}
        return heed(
            report(what, **{**known, **fields}),
            at=AT + 2 * DAY,
            ledger=post or self.office.post,
            people=self.people,
            consents=self.consents,
            suppressions=self.suppressions,
        )

    @property
    def allowed(self) -> bool:
        return self.consents.get(self.ann).allow("email", "marketing")

    @property
    def words(self) -> list[tuple[str, bool]]:
        return [(it.source, it.granted) for it in self.consents.history(self.ann).ledger]

    @property
    def entry(self) -> Delivery:
        entry = self.office.entry()
        assert entry
        return entry


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    ("what", "field", "words"),
    [("bounce", "bounced_at", []), ("complaint", "complained_at", [("complaint", False)])],
)
def test_the_address_is_left_in_peace_who_complains_says_no_and_the_ledger_knows(
    desk: Desk, what: What, field: str, words: list[tuple[str, bool]]
) -> None:
    assert desk.heed(what)
    assert desk.suppressions.told == [("ann@example.com", what)]
    assert (desk.allowed, desk.words) == (what == "bounce", words)
    assert desk.consents.get(desk.ann).allow("sms", "marketing")
    assert desk.entry == desk.sent.model_copy(update={field: AT + DAY, "version": desk.sent.version + 1})
    assert desk.office.counters == {"due": 1, "SENT": 1}


def test_told_again_nothing_is_written(desk: Desk) -> None:
    desk.heed("complaint")
    before = desk.office.memory.things
    assert not desk.heed("complaint", at=AT + DAY + MILLISECOND)
    assert desk.office.memory.things == before


def test_a_crash_before_the_ledger_knew_is_made_up_for(desk: Desk) -> None:
    class Dying:
        find = desk.office.post.find

        def save(self, *_: Any, **__: Any) -> Any:
            raise OSError("the table is away")

    with pytest.raises(OSError, match="away"):
        desk.heed("complaint", post=Dying())
    assert desk.heed("complaint")
    assert (desk.words, desk.entry.complained_at) == ([("complaint", False)], AT + DAY)


def test_whoever_changes_the_delivery_meanwhile_loses_nothing(desk: Desk) -> None:
    class Overtaken:
        find = desk.office.post.find
        times = 2

        def save(self, after: Delivery, *, before: Delivery) -> Delivery:
            self.times -= 1
            if self.times >= 0:
                raise Moved
            return desk.office.post.save(after, before=before)  # type: ignore[no-any-return]

    assert desk.heed(post=Overtaken())
    assert desk.heed("complaint")
    assert (desk.entry.bounced_at, desk.entry.complained_at) == (AT + DAY, AT + DAY)
    assert desk.suppressions.told == [("ann@example.com", "bounce"), ("ann@example.com", "complaint")]


def test_a_yes_that_was_said_after_a_complaint_stands_however_late_that_is_told(desk: Desk) -> None:
    later = desk.consents.get(desk.ann)
    [yes, *_] = [it for it in later.current if it.channel == "email"]
    desk.consents.save(later.after([yes.model_copy(update={"at": AT + DAY + MILLISECOND})]), [])
    desk.heed("complaint")
    assert desk.allowed
    assert desk.suppressions.told == [("ann@example.com", "complaint")], "the address is another matter"


def test_an_address_that_is_theirs_no_more_is_left_in_peace_and_the_new_one_is_written_to(desk: Desk) -> None:
    moved = desk.people.get(desk.ann).customer.profile.model_copy(update={"email": "ann@new.example.com"})
    desk.office.change("customer", desk.ann, profile=moved)
    assert desk.heed("bounce")
    assert desk.suppressions.told == [("ann@example.com", "bounce")]
    assert desk.allowed
    assert desk.heed("complaint")
    assert not desk.allowed, "a complaint is about the shop, wherever it reached them"


def test_of_who_was_forgotten_the_address_is_left_in_peace(desk: Desk) -> None:
    desk.people.remove(desk.people.get(desk.ann).customer)
    assert desk.heed("complaint")
    assert desk.suppressions.told == [("ann@example.com", "complaint")]
    assert desk.words == []


@pytest.mark.parametrize("strange", [{"delivery_id": "dlv_none"}, {"message_id": "message-9"}])
def test_what_is_forged_changes_nothing(desk: Desk, strange: dict[str, str]) -> None:
    before = desk.office.memory.things
    with pytest.raises(Doubtful):
        desk.heed("complaint", **strange)
    assert desk.office.memory.things == before
    assert desk.suppressions.told == []


def test_what_is_told_while_the_message_is_being_handed_over_is_told_again(desk: Desk) -> None:
    desk.office.change("delivery", desk.sent.id, status="SENDING", message_id=None)
    with pytest.raises(TooEarly):
        desk.heed()
    assert desk.suppressions.told == []
    assert desk.allowed


# Texts, and the carrier's list


def answer(said: str, kept: Kept, *, after: timedelta = timedelta()) -> str | None:
    return heed_text(Answered(PHONE, said, AT + after), suppressions=kept)


def test_a_stop_is_one_and_a_start_takes_it_back() -> None:
    kept = Kept()
    assert answer("Stop. Thank you", kept) == "stop"
    assert kept.all == {(PHONE, "stop"): Suppression(channel="sms", reason="stop", at=AT)}
    assert answer("Please don't stop", kept, after=DAY) is None
    assert answer("What time do you open?", kept, after=DAY) is None
    assert kept.told == [(PHONE, "stop")]
    assert answer("START", kept, after=DAY) == "start"
    assert kept.told == []


def test_a_start_that_comes_late_takes_back_no_later_stop() -> None:
    kept = Kept()
    answer("stop", kept, after=DAY)
    assert answer("start", kept) == "start"
    assert kept.told == [(PHONE, "stop")]


class Carrier:
    """A list in pages, and what was asked of it."""

    def __init__(self, *pages: list[str]) -> None:
        self.pages = pages
        self.asked: list[str | None] = []

    def opted_out(self, page: str | None) -> tuple[list[str], str | None]:
        self.asked.append(page)
        number = int(page or 0)
        return self.pages[number], str(number + 1) if number + 1 < len(self.pages) else None


def test_the_carriers_list_is_mirrored_page_by_page() -> None:
    kept, carrier = Kept(), Carrier(["+1555", "+1556"], [], ["+1557"])
    assert mirror(None, at=AT, go_on=lambda: True, carrier=carrier, suppressions=kept) is None
    assert carrier.asked == [None, "1", "2"]
    assert kept.told == [("+1555", "stop"), ("+1556", "stop"), ("+1557", "stop")]


def test_a_list_that_is_too_long_goes_on_where_it_was_left() -> None:
    kept, carrier = Kept(), Carrier(["+1555"], ["+1556"])
    rest = mirror(None, at=AT, go_on=lambda: False, carrier=carrier, suppressions=kept)
    assert (rest, kept.told) == ("1", [("+1555", "stop")])
    assert mirror(rest, at=AT, go_on=lambda: False, carrier=carrier, suppressions=kept) is None
    assert kept.told == [("+1555", "stop"), ("+1556", "stop")]
