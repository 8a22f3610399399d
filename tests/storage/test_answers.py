"""What an Idempotency-Key remembers: the first answer, for 24 hours by the service's clock."""

import random
from datetime import datetime, timedelta

import pytest

from shared.domain.errors import InvalidPayload
from shared.storage.answers import LARGEST, AlreadyAnswered, Answer, AnswerStore
from shared.storage.keys import Key
from shared.storage.table import Table
from tests.unit.values import AT, DAY, MILLISECOND

FIRST = Answer("asked", 200, '{"said":"é 🎁"}')
SECOND = Answer("asked", 404, '{"said":"no"}')


@pytest.fixture
def answers(table: Table, project: str) -> AnswerStore:
    return AnswerStore(table, project)


def test_an_answer_is_given_again_as_it_was(table: Table, answers: AnswerStore) -> None:
    table.commit(*answers.keep("POST /v1/mugs k", FIRST, at=AT))
    assert answers.get("POST /v1/mugs k", at=AT) == FIRST
    assert answers.get("POST /v1/cups k", at=AT) is None


def test_the_first_answer_stands(table: Table, answers: AnswerStore) -> None:
    table.commit(*answers.keep("k", FIRST, at=AT))
    with pytest.raises(AlreadyAnswered):
        table.commit(*answers.keep("k", SECOND, at=AT + DAY - MILLISECOND))
    assert answers.get("k", at=AT) == FIRST


@pytest.mark.parametrize(
    ("at", "remembered"),
    [(AT, True), (AT + DAY - MILLISECOND, True), (AT + DAY, False), (AT + 100 * DAY, False)],
)
def test_an_answer_is_kept_for_24_hours(table: Table, answers: AnswerStore, at: datetime, remembered: bool) -> None:
    table.commit(*answers.keep("k", FIRST, at=AT))
    assert (answers.get("k", at=at) is not None) is remembered


def test_an_answer_that_is_over_gives_way_though_it_is_still_there(table: Table, answers: AnswerStore) -> None:
    table.commit(*answers.keep("k", FIRST, at=AT))
    table.commit(*answers.keep("k", SECOND, at=AT + DAY))
    assert answers.get("k", at=AT + DAY) == SECOND


def test_the_broom_comes_a_day_after_the_end_in_seconds(table: Table, answers: AnswerStore, project: str) -> None:
    table.commit(*answers.keep("k", FIRST, at=AT))
    item = table.get(Key.answer(project, "k"))
    assert item
    assert item["until"] == int((AT + DAY).timestamp()) * 1000
    assert item["expires_at"] == int((AT + 2 * DAY).timestamp())


def test_two_projects_do_not_share_a_key(table: Table, answers: AnswerStore) -> None:
    table.commit(*answers.keep("k", FIRST, at=AT))
    other = AnswerStore(table, "proj_other_answers")
    assert other.get("k", at=AT) is None
    table.commit(*other.keep("k", SECOND, at=AT))
    assert answers.get("k", at=AT) == FIRST


def test_a_long_answer_is_kept_small(table: Table, answers: AnswerStore, project: str) -> None:
    long = Answer("asked", 200, '{"redeemables":[' + ",".join(['{"status":"APPLICABLE"}'] * 1_000) + "]}")
    table.commit(*answers.keep("k", long, at=AT))
    assert answers.get("k", at=AT) == long
    item = table.get(Key.answer(project, "k"))
    assert item
    assert len(item["body"]) < 1_000


def test_an_answer_that_cannot_be_kept_is_refused_before_anything_is_written(answers: AnswerStore) -> None:
    noise = random.Random(1).randbytes(LARGEST).hex()
    with pytest.raises(InvalidPayload):
        answers.keep("k", Answer("asked", 200, noise * 2), at=AT)


def test_an_instant_between_two_milliseconds_counts_as_the_one_before(table: Table, answers: AnswerStore) -> None:
    table.commit(*answers.keep("k", FIRST, at=AT + timedelta(microseconds=400)))
    assert answers.get("k", at=AT + DAY - MILLISECOND) == FIRST
    assert answers.get("k", at=AT + DAY) is None
