"""Key pairs: each opens one project from one side, and the secret is known to its owner alone."""

import json
from typing import Any

import pytest

from infra.local import engine
from shared.storage.access_keys import AccessKey, AccessKeyStore
from shared.storage.keys import Key
from shared.storage.table import Table
from tests.storage.wire import Wire


@pytest.fixture
def keys(table: Table) -> AccessKeyStore:
    AccessKeyStore._warm.clear()
    return AccessKeyStore(table)


def test_a_pair_opens_its_project_from_its_side(keys: AccessKeyStore, project: str) -> None:
    for side in ("server", "client", "management"):
        made, token = keys.add(project, side)  # type: ignore[arg-type]
        assert made == AccessKey(made.app_id, project, side)
        assert keys.find(made.app_id, token) == made


def test_a_pair_may_be_given_its_words(keys: AccessKeyStore, project: str) -> None:
    assert keys.add(project, "server", app_id=f"{project}-app", token="secret") == (
        AccessKey(f"{project}-app", project, "server"),
        "secret",
    )
    assert keys.find(f"{project}-app", "secret") == AccessKey(f"{project}-app", project, "server")


def test_every_pair_is_drawn_anew_and_long(keys: AccessKeyStore, project: str) -> None:
    made = [keys.add(project, "server") for _ in range(3)]
    assert len({key.app_id for key, _ in made}) == len({token for _, token in made}) == 3
    assert all(len(key.app_id) == 32 and len(token) >= 43 for key, token in made)


@pytest.mark.parametrize("wrong", ["", "secre", "secret ", "SECRET", "é", "x" * 10_000])
def test_a_wrong_token_opens_nothing(keys: AccessKeyStore, project: str, wrong: str) -> None:
    keys.add(project, "server", app_id=f"{project}-app", token="secret")
    assert keys.find(f"{project}-app", wrong) is None
    assert keys.find("nobody", "secret") is None


def test_a_token_of_another_pair_opens_nothing(keys: AccessKeyStore, project: str) -> None:
    (one, _), (_, token) = keys.add(project, "server"), keys.add(project, "server")
    assert keys.find(one.app_id, token) is None


def test_the_secret_is_not_in_the_table(keys: AccessKeyStore, client: Any, project: str) -> None:
    made, token = keys.add(project, "server")
    raw = client.get_item(
        TableName=engine.TABLE,
        Key={"PK": {"S": f"access_key#{made.app_id}"}, "SK": {"S": "access_key"}},
    )["Item"]
    assert set(raw) == {"PK", "SK", "project", "side", "hashed"}
    assert token not in json.dumps(raw)


def test_a_pair_is_looked_up_once_and_an_unknown_one_every_time(keys: AccessKeyStore, wire: Wire, project: str) -> None:
    made, token = keys.add(project, "server")
    wire.calls.clear()
    for _ in range(3):
        assert keys.find(made.app_id, token) == made
    assert keys.find(made.app_id, "wrong") is None
    assert wire.calls == ["GetItem"]
    for _ in range(2):
        keys.find("nobody", token)
    assert wire.calls == ["GetItem"] * 3


def test_a_revoked_pair_opens_nothing_to_who_has_not_seen_it(keys: AccessKeyStore, table: Table, project: str) -> None:
    made, token = keys.add(project, "server")
    keys.revoke(made.app_id)
    assert keys.find(made.app_id, token) is None
    assert table.get(Key.access_key(made.app_id)) is None
