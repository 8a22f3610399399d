"""A link to unsubscribe works for everybody who may be written to, however long their id is."""

import pytest

from shared.domain.post.links import LONGEST, Unsubscription, wish_of

LONGEST_ID = 200


@pytest.mark.parametrize("letter", ["a", "é", "漢", "😀"])
def test_the_longest_id_in_any_script_is_read_back(letter: str) -> None:
    wish = Unsubscription("proj_production", "cust_".ljust(LONGEST_ID, letter), "email", "transactional")
    assert wish_of(wish.token(b"seal")) == wish


def test_what_is_longer_says_nothing() -> None:
    assert wish_of("A" * (LONGEST + 1)) is None
