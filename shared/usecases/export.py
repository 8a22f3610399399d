"""Tell everything that is held of a customer, page by page, and change nothing."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from shared.domain.exports import Export, Held, Overview
from shared.domain.summaries import Person

MOST = 1_000
"""Things on a page."""
LARGEST = 1_500_000
"""Characters of a page's JSON, but for a single thing that is larger; a Lambda's answer may have 6 MB."""


class Holdings(Protocol):
    def get(self, name: str) -> Person: ...
    def held(self, customer_id: str, *, after: str | None) -> Iterator[Held]: ...
    def overview(self, person: Person, *, at: datetime) -> Overview: ...


def export(name: str, after: str | None, *, at: datetime, holdings: Holdings) -> Export:
    """A page of all that is held of a customer by id or ``source_id``, from where the page before has ended.

    It is no snapshot: what changes while pages are read is told as it is when its page is.

    Raises:
        NotFound: no such customer.
    """
    person = holdings.get(name)
    page: list[Held] = []
    size, goes_on = 0, None
    for it in holdings.held(person.customer.id, after=after):
        size += it.size
        if page and (size > LARGEST or len(page) == MOST):
            goes_on = page[-1].place
            break
        page.append(it)
    overview = holdings.overview(person, at=at) if after is None else None
    return Export(person, page, overview, goes_on)
