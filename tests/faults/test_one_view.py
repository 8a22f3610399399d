"""Customers who answer or redeem an offer while a message with it is about to leave: what comes first, counts."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import perf_counter, sleep
from typing import Any

import pytest

from infra.local import engine
from infra.local.service import free_port
from shared.domain.post.deliveries import Delivery, Message
from shared.domain.publications import Publication, Response
from shared.runtime import settings
from shared.storage.deliveries import DeliveryStore
from shared.storage.post import PostStore
from shared.storage.publications import PublicationStore
from shared.storage.table import Table
from shared.usecases.deliver import Letter
from shared.usecases.respond import respond
from shared.usecases.withdraw import withdraw
from tests.storage.office import OnTable
from tests.unit.sorting import written
from tests.unit.values import AT

ROUNDS = 24


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """An engine of these tests' own."""
    with engine.running(free_port()) as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in {**engine.CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, "TABLE_NAME": engine.TABLE}.items():
            patch.setenv(name, value)
        engine.create_table(endpoint)
        settings.dynamodb.cache_clear()
        yield settings.dynamodb()
        settings.dynamodb.cache_clear()


class Watched(PostStore):
    """Notes when it began to hand over what then was handed over."""

    began: float | None = None

    def hand_over(self, *args: Any, **known: Any) -> Delivery:
        began = perf_counter()
        done = super().hand_over(*args, **known)
        self.began = began
        return done


class Race(OnTable):
    """Somebody's message, with an offer of theirs, against what they do with it."""

    def open(self) -> None:
        super().open()
        self.post = Watched(self.table, self.project)

    def give(self, name: str) -> Publication:
        return self.till.issue(name, campaign="camp_1").publication

    def ready(self, number: int) -> Publication:
        """Somebody new, and an offer to them."""
        self.customer(f"ann-{number}")
        self.post.began = None
        return self.give(f"ann-{number}")

    def leave(self, number: int, offer: Publication) -> Delivery:
        return self.send(self.demand(f"ann-{number}", id_=f"dlv_{self.project}_{number}", publication_id=offer.id))

    def accept(self, offer: Publication) -> str:
        word = Response(response="ACCEPTED", channel="phone", at=AT)
        respond(offer.id, word, at=AT, publications=PublicationStore(self.table, self.project))
        return "accepted"

    def redeem(self, offer: Publication) -> str:
        self.till.redeem(*offer.codes)
        return "redeemed"


@pytest.fixture
def race(client: Any, request: pytest.FixtureRequest) -> Race:
    race = Race(Table(client, engine.TABLE), f"proj_{request.node.name[-20:]}")
    race.policy()
    return race


@pytest.mark.parametrize("verb", [Race.accept, Race.redeem])
def test_no_message_is_handed_over_once_its_offer_was_answered_or_used(
    race: Race, verb: Callable[[Race, Publication], str]
) -> None:
    outcomes = Counter[str]()
    first = race.ready(0)
    started = perf_counter()
    assert race.leave(0, first).status == "SENT"
    longest = (perf_counter() - started) * 1.5
    with ThreadPoolExecutor(2) as pool:
        for number in range(1, ROUNDS + 1):
            offer, start = race.ready(number), Barrier(2)

            def act(number: int = number, offer: Publication = offer, start: Barrier = start) -> tuple[str, float]:
                start.wait()
                sleep(longest * number / ROUNDS)  # sooner or later, from round to round
                word = verb(race, offer)
                done = perf_counter()
                ledger = DeliveryStore(race.table, race.project)
                [*withdraw(offer.customer_id, at=AT, ledger=ledger, post=PostStore(race.table, race.project))]
                return word, done

            def leave(number: int = number, offer: Publication = offer, start: Barrier = start) -> Delivery:
                start.wait()
                return race.leave(number, offer)

            acting, leaving = pool.submit(act), pool.submit(leave)
            (word, done), told = acting.result(), leaving.result()
            left = race.post.find(told.id)
            assert left
            if left.status == "SENT":
                assert race.post.began
                assert race.post.began < done, f"round {number}: handed over after it was {word}"
            else:
                assert (left.status, left.reason) == ("DROPPED", word)
            outcomes[left.status] += 1
    assert set(outcomes) == {"SENT", "DROPPED"}, "who comes first is not always the same"
    assert len(race.email.taken) == outcomes["SENT"] + 1


def test_a_word_to_another_offer_of_its_campaign_stops_a_message_up_to_its_handing_over(race: Race) -> None:
    offer = race.ready(1)

    def slowly(letter: Letter) -> Message:
        race.accept(offer)
        return written(letter)

    race.write = slowly
    told = race.send(race.demand("ann-1"))
    assert (told.status, told.reason, race.email.taken) == ("DROPPED", "accepted", [])
