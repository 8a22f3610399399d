"""Tokens: each goes by the name of its key pair until it is over or ended; its secret stands nowhere."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local import engine
from shared.domain.tokens import Token
from shared.storage.access_keys import AccessKey, hashed
from shared.storage.table import Table
from shared.storage.tokens import MOST_WARM, TokenStore
from tests.storage.wire import Wire

AT = datetime(2026, 3, 17, 8, 0, 0, 500_000, UTC)
OVER = datetime(2026, 3, 17, 8, 15, tzinfo=UTC)


@pytest.fixture
def tokens(table: Table) -> TokenStore:
    TokenStore._warm.clear()
    return TokenStore(table)


@pytest.fixture
def key(project: str) -> AccessKey:
    return AccessKey(f"{project}-app", project, "server")


def test_a_token_is_its_key_pairs_until_the_quarter_of_an_hour_is_over(tokens: TokenStore, key: AccessKey) -> None:
    made = tokens.issue(key, at=AT)
    assert made == Token(made.secret, key.app_id, key.project, OVER, AT)
    for at in (AT, OVER - timedelta(milliseconds=1)):
        assert tokens.find(made.secret, at=at) == made._replace(at=at)
    for at in (OVER, OVER + timedelta(days=1)):  # long before any sweeper comes
        assert tokens.find(made.secret, at=at) is None


def test_a_token_is_256_bits_of_chance(tokens: TokenStore, key: AccessKey) -> None:
    made = {tokens.issue(key, at=AT).secret for _ in range(3)}
    assert len(made) == 3
    assert all(len(secret) == 43 for secret in made)


def test_the_secret_is_not_in_the_table(tokens: TokenStore, key: AccessKey, client: Any) -> None:
    made = tokens.issue(key, at=AT)
    place = {"PK": {"S": f"token#{hashed(made.secret)}"}, "SK": {"S": "token"}}
    raw = client.get_item(TableName=engine.TABLE, Key=place)["Item"]
    assert set(raw) == {"PK", "SK", "app_id", "project", "until", "expires_at"}
    assert made.secret not in json.dumps(raw)
    assert int(raw["expires_at"]["N"]) > int(raw["until"]["N"]) == int(OVER.timestamp())


def test_a_token_that_is_ended_is_over_for_whoever_ended_it_and_for_who_had_not_seen_it(
    tokens: TokenStore, key: AccessKey
) -> None:
    made = tokens.issue(key, at=AT)
    assert tokens.find(made.secret, at=AT)
    tokens.revoke(made.secret)
    assert tokens.find(made.secret, at=AT) is None


@pytest.mark.parametrize("wrong", ["", "x", "x" * 10_000, "é"])
def test_what_is_no_token_is_none(tokens: TokenStore, wrong: str) -> None:
    assert tokens.find(wrong, at=AT) is None


def test_a_token_is_looked_up_once_a_minute_and_what_is_none_every_time(
    tokens: TokenStore, key: AccessKey, wire: Wire
) -> None:
    made = tokens.issue(key, at=AT)
    assert wire.calls == ["PutItem"]
    wire.calls.clear()
    for _ in range(3):
        assert tokens.find(made.secret, at=AT)
    assert wire.calls == ["GetItem"]
    for _ in range(2):
        tokens.find("nothing", at=AT)
    assert wire.calls == ["GetItem"] * 3


def test_tokens_do_not_fill_the_memory(tokens: TokenStore, key: AccessKey) -> None:
    TokenStore._warm.update({("elsewhere", str(number)): (0.0, {}) for number in range(MOST_WARM)})
    made = tokens.issue(key, at=AT)
    assert tokens.find(made.secret, at=AT)
    assert len(TokenStore._warm) == 1
