"""A ledger's entry that cannot be read: whoever looks at it says where it broke, and nothing of whom it is about."""

import pytest

from shared.domain.errors import Moved
from shared.runtime import settings
from shared.storage.keys import Key
from shared.storage.table import update
from tests.functions.conftest import Functions
from tests.functions.test_withdrawals import PROJECT, answered, follow, offer, waiting  # noqa: F401 - a fixture

PLANTED = "planted@example.com"


def write(key: Key, document: str) -> None:
    values = {"document": document}
    there = "attribute_exists(PK)"
    settings.table().commit(update(key, "SET #document = :document", values, only_if=there, otherwise=Moved()))


def test_what_broke_is_told_and_not_whom_it_is_about(
    functions: Functions,
    offer: dict[str, str],  # noqa: F811
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    [mail] = waiting(offer, "email")
    key = Key.delivery(PROJECT, mail)
    item = settings.table().get(key)
    assert item
    write(key, f'{{"id": "{PLANTED}"}}')
    try:
        answered(functions, offer)
        assert follow(offer) != []
    finally:
        write(key, item["document"])
    broken = [it for it in caplog.records if it.levelname == "ERROR"]
    assert [it.message for it in broken] == ["not withdrawn", "not followed up"]
    assert {vars(it)["error"] for it in broken} == {"ValidationError"}
    assert all(it.exc_info is None for it in broken), "its words are what was read"
    told = capsys.readouterr()
    assert PLANTED not in told.out + told.err + caplog.text
