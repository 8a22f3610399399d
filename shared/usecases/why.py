"""Tell why somebody got a message, or did not."""

from typing import Protocol

from shared.domain.post.explanations import Known, Why, explained


class Explanations(Protocol):
    def known(self, delivery_id: str) -> Known: ...


def why(delivery_id: str, *, store: Explanations) -> Why:
    """Why a message left, waits or was dropped, with which data, and who has received it.

    Raises:
        NotFound: no such delivery.
    """
    return explained(store.known(delivery_id))
