"""The contact policy stands beside the settings, and is trusted for a moment."""

from shared.domain.post.contact_policy import Blackout, ContactPolicy
from shared.storage.contact_policy import PolicyStore
from shared.storage.table import Table
from tests.storage.wire import Wire

NEVER_QUIET = ContactPolicy(frequency_caps=(), quiet_hours=None)
CLOSED = ContactPolicy(blackouts=(Blackout.model_validate({"from": "2026-12-24", "to": "2026-12-26", "name": "Yule"}),))


def test_a_project_has_the_default_until_it_says_otherwise(table: Table, project: str) -> None:
    policies = PolicyStore(table, project)
    assert policies.get() == policies.now() == ContactPolicy()
    for policy in (NEVER_QUIET, CLOSED, ContactPolicy()):
        policies.save(policy)
        assert policies.get() == policies.now() == policy
    assert PolicyStore(table, f"{project}_2").get() == ContactPolicy()


def test_it_is_read_once_in_a_moment(table: Table, project: str, wire: Wire) -> None:
    policies = PolicyStore(table, project)
    policies.save(CLOSED)
    assert [policies.now() for _ in range(3)] == [CLOSED] * 3
    assert wire.calls == ["PutItem", "GetItem"]
