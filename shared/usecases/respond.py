"""Hear what a customer says to an offer: from then on no message with it leaves, on any channel."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.publications import Publication, Published, Response
from shared.usecases import judged_anew


class Publications(Protocol):
    def get(self, publication_id: str) -> Publication: ...
    def tell(self, publications: Sequence[Publication]) -> list[Published]: ...
    def respond(self, published: Published, *, before: Publication) -> None: ...


@judged_anew
def respond(publication_id: str, response: Response, *, at: datetime, publications: Publications) -> Published:
    """Keep a response, and tell the publication with what counts; what says nothing new is not kept again.

    Raises:
        NotFound: no such publication.
    """
    known = publications.get(publication_id)
    answered = known.answered(response, at=at)
    [told] = publications.tell([answered])
    if answered != known:
        publications.respond(told, before=known)
    return told
