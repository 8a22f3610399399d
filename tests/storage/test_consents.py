"""What customers allow: kept by the table and by its fake alike, whoever else speaks at the same moment."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest

from shared.domain.customers import Customer, Profile
from shared.domain.errors import Moved, NotFound
from shared.domain.post.consents import Consents, History, Word
from shared.domain.post.suppressions import Suppression
from shared.domain.summaries import Person, Summary
from shared.storage.consents import MOST_TOLD, ConsentStore
from shared.storage.customers import CustomerStore
from shared.storage.suppressions import SuppressionStore
from shared.storage.table import Table
from shared.usecases.consents import hear
from shared.usecases.customers import delete_customer
from tests.builders import at_once
from tests.fakes import FakeConsents, FakeCustomers, Memory, Overtaken
from tests.storage.wire import Wire, through
from tests.unit.test_consents import word
from tests.unit.test_preferences import answer
from tests.unit.values import AT, DAY, MILLISECOND

NOW = AT + 10 * DAY


class Desk(NamedTuple):
    """Where somebody's words are heard."""

    people: Any
    consents: Any

    def hear(self, *words: Word, name: str = "cust_1") -> History:
        customer = hear(name, words, at=NOW, people=self.people, consents=self.consents)
        history: History = self.consents.history(customer.id)
        return history

    def know(self) -> None:
        """Somebody becomes a customer."""
        ann = Customer(id="cust_1", profile=Profile(source_id="ann"), created_at=AT)
        self.people.save(Person(ann, Summary()), known=None)

    def forget(self) -> None:
        self.people.remove(self.people.get("cust_1").customer)


@pytest.fixture(params=["fake", "table"])
def desk(request: pytest.FixtureRequest, project: str) -> Desk:
    if request.param == "fake":
        memory = Memory()
        desk = Desk(FakeCustomers(memory, project), FakeConsents(memory, project))
    else:
        table = request.getfixturevalue("table")
        desk = Desk(CustomerStore(table, project), ConsentStore(table, project))
    desk.know()
    return desk


def test_who_has_said_nothing_has_allowed_nothing(desk: Desk) -> None:
    assert desk.consents.history("cust_1") == (Consents(customer_id="cust_1"), ())


def test_what_is_said_is_kept_the_latest_first(desk: Desk) -> None:
    yes, no, text = word(), word(granted=False, after=DAY), word(channel="sms", after=MILLISECOND)
    told = desk.hear(yes, no, text)
    assert told == (Consents(customer_id="cust_1", current=(no, text), version=1), (no, text, yes))
    assert desk.consents.get("cust_1") == told.consents


def test_a_word_that_is_heard_late_stands_in_the_ledger_and_changes_nothing(desk: Desk) -> None:
    no, yes = word(granted=False, after=DAY), word()
    desk.hear(no)
    told = desk.hear(yes)
    assert (told.consents.current, told.ledger) == ((no,), (no, yes))


def test_what_says_nothing_new_is_not_kept(desk: Desk) -> None:
    first = desk.hear(word())
    assert desk.hear(word()) == first
    assert desk.hear(word(after=10 * DAY)) == first, "as it is said without an instant"
    assert first.consents.version == 1


def test_a_word_that_was_said_twice_stands_once(desk: Desk) -> None:
    """Even where another of the same instant came in between."""
    yes, no = word(), word(granted=False)
    told = desk.hear(yes, no, yes)
    assert told.consents.current == (yes,)
    assert sorted(told.ledger, key=lambda it: it.granted) == [no, yes]


def test_the_latest_hundred_are_told(desk: Desk) -> None:
    words = [word(granted=bool(number % 2), after=timedelta(seconds=number)) for number in range(MOST_TOLD + 20)]
    for start in range(0, len(words), 40):
        desk.hear(*words[start : start + 40])
    told = desk.hear(words[-1])
    assert told.ledger == tuple(reversed(words[20:]))
    assert told.consents.current == (words[-1],)


def test_answers_stand_in_the_ledger_beside_words_and_a_birthday_in_the_profile(desk: Desk) -> None:
    yes, weekly, born = word(after=DAY), answer("frequency", "WEEKLY"), answer("birthday", "1990-02-28", after=2 * DAY)
    told = desk.hear(yes, weekly, born)
    assert told == (
        Consents(customer_id="cust_1", current=(yes,), preferences=(born, weekly), version=1),
        (born, yes, weekly),
    )
    assert desk.consents.get("cust_1") == told.consents
    assert desk.people.get("cust_1").customer.profile.birthday == date(1990, 2, 28)


def test_who_changes_meanwhile_keeps_that_and_gets_their_birthday(desk: Desk) -> None:
    def move() -> None:
        ann = desk.people.get("cust_1").customer
        named = ann.upserted(Profile(name="Ann"), at=NOW)
        desk.people.save(Person(named, Summary()), known=ann)

    desk._replace(consents=Overtaken(desk.consents, move)).hear(answer("birthday", "1990-02-28"))
    profile = desk.people.get("cust_1").customer.profile
    assert (profile.name, profile.birthday) == ("Ann", date(1990, 2, 28))
    assert desk.consents.get("cust_1").version == 1


def test_nobody_is_heard_who_is_no_customer(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.hear(word(), name="cust_2")


def test_who_is_forgotten_and_comes_again_has_said_nothing(desk: Desk) -> None:
    desk.hear(word(), word(channel="sms"))
    desk.forget()
    desk.know()
    assert desk.consents.history("cust_1") == (Consents(customer_id="cust_1"), ())


def test_who_is_forgotten_meanwhile_is_not_heard(desk: Desk) -> None:
    late = desk._replace(consents=Overtaken(desk.consents, desk.forget))
    with pytest.raises(NotFound):
        late.hear(word())
    assert desk.consents.history("cust_1") == (Consents(customer_id="cust_1"), ())


def test_who_speaks_meanwhile_is_heard_too(desk: Desk) -> None:
    text = word(channel="sms")
    others: Sequence[Callable[[], object]] = [lambda: desk.hear(text)]
    told = desk._replace(consents=Overtaken(desk.consents, *others)).hear(word())
    assert told.consents == Consents(customer_id="cust_1", current=(word(), text), version=2)


def test_what_was_read_long_ago_is_not_written_over(desk: Desk) -> None:
    old = desk.consents.get("cust_1")
    desk.hear(word())
    with pytest.raises(Moved):
        desk.consents.save(old.after([word(granted=False)]), [word(granted=False)])
    assert [it.granted for it in desk.consents.history("cust_1").ledger] == [True]


def test_eight_who_speak_at_once_are_all_heard(table: Table, project: str) -> None:
    desk = Desk(CustomerStore(table, project), ConsentStore(table, project))
    desk.know()
    words = [word(granted=bool(number % 2), after=timedelta(seconds=number)) for number in range(8)]
    at_once(desk.hear, words)
    told = desk.consents.history("cust_1")
    assert told.ledger == tuple(reversed(words))
    assert told.consents == Consents(customer_id="cust_1", current=(words[-1],), version=told.consents.version)


def test_a_word_that_is_said_while_somebody_is_forgotten_does_not_wait_for_them_to_come_back(
    table: Table, project: str, wire: Wire
) -> None:
    """It was said after all that they had said was removed, and before they were."""
    desk = Desk(CustomerStore(table, project), ConsentStore(table, project))
    desk.know()
    desk.hear(word(granted=False))

    def speaking(_request: Any) -> None:
        wire.hands.clear()
        desk.hear(word(after=DAY))

    wire.hands += [through, through, through, through, speaking]
    wire.calls.clear()
    delete_customer("cust_1", customers=desk.people)
    assert wire.calls[:5] == ["BatchGetItem", "Query", "Query", "TransactWriteItems", "TransactWriteItems"]
    desk.know()
    assert desk.consents.history("cust_1") == (Consents(customer_id="cust_1"), ())


def test_what_somebody_allows_is_one_read_and_all_that_they_said_one_query(
    table: Table, project: str, wire: Wire
) -> None:
    store = ConsentStore(table, project)
    store.get("cust_1")
    store.history("cust_1")
    assert wire.calls == ["GetItem", "Query"]


def test_whoever_is_forgotten_leaves_behind_where_they_wanted_no_more_marketing(
    table: Table, project: str, items: Callable[[], list[dict[str, Any]]]
) -> None:
    desk = Desk(CustomerStore(table, project), ConsentStore(table, project))
    profile = Profile(source_id="ann", email="Ann@Example.com", phone="+353861234567")
    desk.people.save(Person(Customer(id="cust_1", profile=profile, created_at=AT), Summary()), known=None)
    desk.hear(
        word(granted=False), word(channel="sms"), word(channel="push", granted=False), answer("frequency", "DAILY")
    )
    delete_customer("cust_1", customers=desk.people)
    suppressions = SuppressionStore(table, project)
    at_rest = suppressions.of({"email": "ann@example.com", "sms": "+353861234567", "push": "cust_1", "web": "cust_1"})
    assert at_rest == {
        channel: Suppression(channel=channel, reason="unsubscribed", at=AT) for channel in ("email", "push")
    }
    assert {it["SK"] for it in items() if it["SK"] != "settings"} == {"suppression", "seal"}
    assert not [it for it in items() if "ann" in str(it).lower() or "cust_1" in str(it)]


def test_a_no_that_is_said_while_somebody_is_forgotten_is_kept(table: Table, project: str, wire: Wire) -> None:
    desk = Desk(CustomerStore(table, project), ConsentStore(table, project))
    ann = Customer(id="cust_1", profile=Profile(source_id="ann", email="ann@example.com"), created_at=AT)
    desk.people.save(Person(ann, Summary()), known=None)
    desk.hear(word())

    def speaking(_request: Any) -> None:
        wire.hands.clear()
        desk.hear(word(granted=False, after=DAY))

    wire.hands += [through, through, through, through, speaking]
    delete_customer("cust_1", customers=desk.people)
    kept = Suppression(channel="email", reason="unsubscribed", at=AT + DAY)
    assert SuppressionStore(table, project).of({"email": "ann@example.com"}) == {"email": kept}
