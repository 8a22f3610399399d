"""An export in pages: bounded, in order, nothing left out and nothing twice."""

from collections.abc import Iterator
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.customers import Customer, Profile
from shared.domain.exports import Export, Held, Overview
from shared.domain.summaries import Person, Summary
from shared.usecases.export import LARGEST, MOST, export
from tests.unit.values import AT

ANN = Person(Customer(id="cust_1", profile=Profile(name="Ann"), created_at=AT), Summary())


class Holdings:
    """Things of these sizes, in the order of their places."""

    def __init__(self, *sizes: int) -> None:
        self._all = [Held("order", f"owned order#{number:06}", {}, (), size) for number, size in enumerate(sizes)]
        self.read = 0

    def get(self, name: str) -> Person:
        assert name == "ann"
        return ANN

    def held(self, customer_id: str, *, after: str | None) -> Iterator[Held]:
        assert customer_id == ANN.customer.id
        for it in self._all:
            if after is None or it.place > after:
                self.read += 1
                yield it

    def overview(self, person: Person, *, at: datetime) -> Overview:
        assert (person, at) == (ANN, AT)
        return Overview((), ())


def pages(holdings: Holdings) -> Iterator[Export]:
    after: str | None = None
    while True:
        page = export("ann", after, at=AT, holdings=holdings)
        yield page
        if page.next is None:
            return
        after = page.next


@given(st.lists(st.integers(1, LARGEST // 2) | st.just(LARGEST + 1), max_size=30))
def test_pages_together_are_all_that_is_held(sizes: list[int]) -> None:
    told = [*pages(Holdings(*sizes))]
    assert [it.size for page in told for it in page.held] == sizes
    assert len({it.place for page in told for it in page.held}) == len(sizes)
    for page in told:
        assert sum(it.size for it in page.held) <= LARGEST or len(page.held) == 1
    assert [page.overview is not None for page in told] == [True] + [False] * (len(told) - 1)


def test_a_page_has_a_thousand_things_at_most_and_reads_one_more() -> None:
    holdings = Holdings(*[10] * (MOST + 5))
    first = export("ann", None, at=AT, holdings=holdings)
    assert (len(first.held), holdings.read) == (MOST, MOST + 1)
    second = export("ann", first.next, at=AT, holdings=holdings)
    assert (len(second.held), second.next) == (5, None)


def test_as_many_as_fit_are_one_page() -> None:
    assert [page.next for page in pages(Holdings(*[10] * MOST))] == [None]
    assert [page.next for page in pages(Holdings())] == [None]
