"""What somebody would rather have: topics, how often, their birthday; the latest answer to each question counts."""

from datetime import date, timedelta

import pytest

from shared.domain.customers import Customer, Profile
from shared.domain.errors import InvalidPayload, NotFound
from shared.domain.post.consents import Consents, Preference, Word
from shared.domain.summaries import Person, Summary
from shared.usecases.consents import hear
from tests.fakes import FakeConsents, FakeCustomers, Memory
from tests.unit.test_consents import word
from tests.unit.values import AT, DAY, PROJECT

SILENT = Consents(customer_id="cust_1")
NOW = AT + 10 * DAY


def answer(about: str, said: str, *, topic: str | None = None, after: timedelta = timedelta()) -> Preference:
    fields = {"about": about, "topic": topic, "answer": said, "source": "form", "at": AT + after}
    return Preference.model_validate(fields)


NO_SHOES = answer("topic", "NO", topic="shoes")
SOME_SHOES = answer("topic", "YES", topic="shoes", after=DAY)
WEEKLY = answer("frequency", "WEEKLY")
BORN = answer("birthday", "1990-02-28")


class Desk:
    """Where somebody's words are heard."""

    def __init__(self, **profile: str) -> None:
        memory = Memory()
        self.people, self.consents = FakeCustomers(memory, PROJECT), FakeConsents(memory, PROJECT)
        ann = Customer(id="cust_1", profile=Profile.model_validate({"source_id": "ann", **profile}), created_at=AT)
        self.people.save(Person(ann, Summary()), known=None)

    def hear(self, *words: Word) -> Customer:
        return hear("cust_1", words, at=NOW, people=self.people, consents=self.consents)

    @property
    def profile(self) -> Profile:
        return self.people.get("cust_1").customer.profile


def test_who_has_said_nothing_likes_every_topic_and_has_no_cap_of_their_own() -> None:
    assert SILENT.likes("shoes")
    assert SILENT.likes(None)
    assert (SILENT.frequency, SILENT.birthday) == ("ALL", None)


def test_an_answer_is_to_one_question() -> None:
    said = SILENT.after([NO_SHOES, WEEKLY, BORN, word()])
    assert not said.likes("shoes")
    assert said.likes("hats")
    assert said.likes(None)
    assert (said.frequency, said.birthday) == ("WEEKLY", date(1990, 2, 28))
    assert said.current == (word(),)
    assert said.preferences == (BORN, WEEKLY, NO_SHOES)


def test_the_latest_answer_counts_whenever_it_is_heard() -> None:
    assert SILENT.after([SOME_SHOES, NO_SHOES]) == SILENT.after([NO_SHOES, SOME_SHOES])
    assert SILENT.after([SOME_SHOES, NO_SHOES]).likes("shoes")


def test_words_and_answers_are_kept_together_and_each_hearing_is_one_version() -> None:
    desk = Desk()
    desk.hear(word(), NO_SHOES, WEEKLY)
    history = desk.consents.history("cust_1")
    assert history.consents == SILENT.after([word(), NO_SHOES, WEEKLY]).model_copy(update={"version": 1})
    assert sorted(map(str, history.ledger)) == sorted(map(str, [word(), NO_SHOES, WEEKLY]))
    desk.hear(word(), NO_SHOES, WEEKLY)
    assert desk.consents.history("cust_1") == history, "nothing new is nothing written"
    desk.hear(SOME_SHOES)
    assert desk.consents.get("cust_1").version == 2


def test_a_birthday_that_they_tell_is_their_profiles() -> None:
    desk = Desk(birthdate="1980-01-02")
    heard = desk.hear(BORN)
    assert heard.profile == desk.profile
    assert (desk.profile.birthday, desk.profile.birthdate) == (date(1990, 2, 28), date(1990, 2, 28))
    assert desk.people.get("cust_1").customer.updated_at == NOW


def test_an_answer_that_does_not_count_changes_no_profile() -> None:
    desk = Desk()
    desk.hear(BORN)
    desk.hear(answer("birthday", "1970-12-24", after=-DAY), WEEKLY)
    assert desk.profile.birthday == date(1990, 2, 28)


@pytest.mark.parametrize("day", ["2027-01-01", "1899-12-30"])
def test_nobody_is_born_then_and_nothing_is_kept(day: str) -> None:
    desk = Desk()
    with pytest.raises(InvalidPayload) as refused:
        desk.hear(word(), answer("birthday", day))
    assert refused.value.details.startswith("birthday: ")
    assert desk.consents.history("cust_1") == (SILENT, ())
    assert desk.profile.birthday is None


def test_who_is_no_customer_is_not_heard() -> None:
    desk = Desk()
    with pytest.raises(NotFound):
        hear("cust_2", [WEEKLY], at=NOW, people=desk.people, consents=desk.consents)
