"""Key pairs: each opens one project from one side, and the secret is known to its owner alone."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local import engine
from shared.storage.access_keys import AccessKey, AccessKeyStore
from shared.storage.keys import Key
from shared.storage.table import Table
from tests.storage.wire import Wire

AT = datetime(2026, 3, 17, 8, tzinfo=UTC)
CREATED = "2026-03-17T08:00:00.000Z"
SHOP = "https://shop.example"


@pytest.fixture
def keys(table: Table) -> AccessKeyStore:
    AccessKeyStore._warm.clear()
    return AccessKeyStore(table)


def test_a_pair_opens_its_project_from_its_side(keys: AccessKeyStore, project: str) -> None:
    for side in ("server", "client", "management"):
        made, token = keys.add(project, side, at=AT)  # type: ignore[arg-type]
        assert made[:3] == (made.app_id, project, side)
        assert keys.find(made.app_id, token) == made


def test_a_pair_may_be_given_its_words(keys: AccessKeyStore, project: str) -> None:
    assert keys.add(project, "server", app_id=f"{project}-app", token="secret", at=AT) == (
        AccessKey(f"{project}-app", project, "server", created_at=CREATED),
        "secret",
    )
    assert keys.find(f"{project}-app", "secret") == AccessKey(f"{project}-app", project, "server", created_at=CREATED)


def test_every_pair_is_drawn_anew_and_long(keys: AccessKeyStore, project: str) -> None:
    made = [keys.add(project, "server", at=AT) for _ in range(3)]
    assert len({key.app_id for key, _ in made}) == len({token for _, token in made}) == 3
    assert all(len(key.app_id) == 32 and len(token) >= 43 for key, token in made)


@pytest.mark.parametrize("wrong", ["", "secre", "secret ", "SECRET", "é", "x" * 10_000])
def test_a_wrong_token_opens_nothing(keys: AccessKeyStore, project: str, wrong: str) -> None:
    keys.add(project, "server", app_id=f"{project}-app", token="secret", at=AT)
    assert keys.find(f"{project}-app", wrong) is None
    assert keys.find("nobody", "secret") is None


def test_a_token_of_another_pair_opens_nothing(keys: AccessKeyStore, project: str) -> None:
    (one, _), (_, token) = keys.add(project, "server", at=AT), keys.add(project, "server", at=AT)
    assert keys.find(one.app_id, token) is None


def test_the_secret_is_not_in_the_table(keys: AccessKeyStore, client: Any, project: str) -> None:
    made, token = keys.add(project, "server", at=AT)
    raw = client.get_item(
        TableName=engine.TABLE,
        Key={"PK": {"S": f"access_key#{made.app_id}"}, "SK": {"S": "access_key"}},
    )["Item"]
    assert set(raw) == {"PK", "SK", "project", "side", "hashed", "created_at", "list", "listed"}
    assert token not in json.dumps(raw)


def test_a_pair_is_looked_up_once_and_an_unknown_one_every_time(keys: AccessKeyStore, wire: Wire, project: str) -> None:
    made, token = keys.add(project, "server", at=AT)
    wire.calls.clear()
    for _ in range(3):
        assert keys.find(made.app_id, token) == made
    assert keys.find(made.app_id, "wrong") is None
    assert wire.calls == ["GetItem"]
    for _ in range(2):
        keys.find("nobody", token)
    assert wire.calls == ["GetItem"] * 3


def test_a_revoked_pair_opens_nothing_to_who_has_not_seen_it(keys: AccessKeyStore, table: Table, project: str) -> None:
    made, token = keys.add(project, "server", at=AT)
    keys.revoke(made.app_id)
    assert keys.find(made.app_id, token) is None
    assert table.get(Key.access_key(made.app_id)) is None


# The client's side


def test_a_clients_pair_knows_its_sites_and_what_a_refusal_may_tell(keys: AccessKeyStore, project: str) -> None:
    plain, _ = keys.add(project, "client", at=AT, origins=[SHOP, "http://localhost:*"])
    frank, token = keys.add(project, "client", at=AT, origins=[SHOP], detailed=True)
    assert (plain.origins, plain.detailed) == ((SHOP, "http://localhost:*"), False)
    found = keys.find(frank.app_id, token)
    assert found == frank
    assert found
    assert (found.origins, found.detailed) == ((SHOP,), True)


def test_a_projects_clients_share_their_salt_and_no_other_project_has_it(keys: AccessKeyStore, project: str) -> None:
    salts = [keys.add(project, "client", at=AT, origins=[SHOP])[0].salt for _ in range(3)]
    other = keys.add(f"{project}-other", "client", at=AT, origins=[SHOP])[0].salt
    assert len(set(salts)) == 1
    assert len(salts[0]) == len(other) == 32
    assert other != salts[0]
    assert keys.add(project, "server", at=AT)[0].salt == ""


# Which there are


def test_a_projects_pairs_are_listed_newest_first_until_they_are_revoked(keys: AccessKeyStore, project: str) -> None:
    made = [keys.add(project, "server", at=AT + timedelta(minutes=minute))[0] for minute in range(3)]
    keys.add(f"{project}-other", "server", at=AT)
    assert list(keys.of(project)) == made[::-1]
    keys.revoke(made[1].app_id)
    assert list(keys.of(project)) == [made[2], made[0]]


def test_listing_asks_for_the_projects_pairs_and_for_nothing_else(
    keys: AccessKeyStore, wire: Wire, project: str
) -> None:
    keys.add(project, "server", at=AT)
    wire.calls.clear()
    assert len(list(keys.of(project))) == 1
    assert wire.calls == ["Query"] * 8 + ["BatchGetItem"]


def test_a_pair_whose_token_is_not_shown_is_found_by_its_id(keys: AccessKeyStore, project: str) -> None:
    made, _ = keys.add(project, "server", at=AT)
    assert keys.get(made.app_id) == made
    assert keys.get("nobody") is None


def test_who_revokes_a_pair_forgets_it_at_once(keys: AccessKeyStore, project: str) -> None:
    made, token = keys.add(project, "server", at=AT)
    assert keys.find(made.app_id, token) == made
    keys.revoke(made.app_id)
    assert keys.find(made.app_id, token) is None
