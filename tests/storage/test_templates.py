"""Templates and the seal of links on the real table: read once where it may be, and drawn once whoever draws."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.domain.errors import Moved, NotFound
from shared.domain.post.templates import MessageTemplate
from shared.storage.seals import SealStore
from shared.storage.table import Table
from shared.storage.templates import TemplateStore
from tests.builders import at_once
from tests.storage.wire import Wire

TEMPLATE = MessageTemplate(
    id="tmpl_1", name="Birthday", channel="sms", body="Hi", created_at=datetime(2026, 3, 17, tzinfo=UTC)
)


@pytest.fixture
def templates(table: Table, project: str) -> TemplateStore:
    store = TemplateStore(table, project)
    store.add(TEMPLATE)
    return store


def test_a_template_is_read_once_for_many_messages(templates: TemplateStore, wire: Wire) -> None:
    assert [templates.warm(TEMPLATE.id) for _ in range(3)] == [TEMPLATE] * 3
    assert len(wire.calls) == 1
    assert templates.warm("tmpl_none") is None


def test_a_change_is_of_what_was_read(templates: TemplateStore) -> None:
    assert templates.warm(TEMPLATE.id) == TEMPLATE
    templates.save(TEMPLATE.model_copy(update={"body": "Ho"}))
    assert templates.warm(TEMPLATE.id) == TEMPLATE.model_copy(update={"body": "Ho", "version": 2})
    with pytest.raises(Moved):
        templates.save(TEMPLATE)
    with pytest.raises(Moved):
        templates.remove(TEMPLATE)
    templates.remove(templates.get(TEMPLATE.id))
    assert templates.warm(TEMPLATE.id) is None
    with pytest.raises(NotFound):
        templates.get(TEMPLATE.id)


def test_whoever_draws_the_seal_it_is_one(
    table: Table, project: str, items: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SealStore(table, project).find() is None, "to look for it draws none"
    assert items() == []
    monkeypatch.setattr("shared.storage.warm.SECONDS", 0.0)
    seals = at_once(lambda _: SealStore(table, project).get(), range(8))
    assert len(set(seals)) == 1
    assert len(seals[0]) == 32
    assert [bytes.fromhex(item["seal"]) for item in items()] == seals[:1]
