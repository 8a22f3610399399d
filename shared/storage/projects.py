"""What a project has settled, kept warm for a moment: it rides along in a checkout's first batch, once in 5 seconds."""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from shared.domain.calendar.residences import Residence
from shared.domain.projects import Project
from shared.domain.schemas import Schema, Schemas
from shared.domain.stacking import StackingRules
from shared.storage.keys import Key
from shared.storage.table import Item, Table, Write, add
from shared.storage.warm import Warm

OF_SCHEMAS = "schema#"
"""Begins the attribute of the settings' item that holds a schema: whoever changes one touches no other."""
OF_PLACES = "place#"
"""Begins the attribute that names a place where customers live."""


class ProjectStore:
    """The settings of one project; it has the contract's until somebody says otherwise."""

    _warm = Warm[Project]()

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._key = Key.settings(project)

    @property
    def to_read(self) -> tuple[Key, ...]:
        """The key that a batch must read along; none while the settings are warm."""
        return () if self._seen else (self._key,)

    @cached_property
    def _seen(self) -> Project | None:
        # Asked once: what was warm when a batch was put together may have lapsed by the time it has come back.
        return self._warm.of(self._table, self._key)

    def settled(self, items: Mapping[Key, Item]) -> Project:
        """The settings, from memory or from a batch that read ``to_read`` along."""
        return self._seen or self._warm.keep(self._table, self._key, _project_of(items.get(self._key)))

    def read_along(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """A batch of items; the settings come with it where they are not warm."""
        items = self._table.get_many([*keys, *self.to_read])
        self.settled(items)
        return items

    def now(self) -> Project:
        """The settings, a moment old at most; one read where they are not warm."""
        return self._warm.of(self._table, self._key) or self._warm.keep(self._table, self._key, self.get())

    def save(self, project: Project) -> None:
        """Settle all but the schemas; a Lambda that is warm obeys within a moment."""
        document = {"time_zone": project.time_zone, "stacking": project.stacking._asdict()}
        self._table.commit(add(self._key, {}, sets={"document": json.dumps(document)}), outcome=project)
        self._warm.forget(self._table, self._key)

    def save_schema(self, schema: Schema) -> None:
        """Settle what metadata of a kind must be; others are not touched, and a warm Lambda obeys within a moment."""
        said = schema.model_dump_json(exclude_defaults=True)
        self._table.commit(add(self._key, {}, sets={f"{OF_SCHEMAS}{schema.related_object}": said}), outcome=schema)
        self._warm.forget(self._table, self._key)

    def get(self) -> Project:
        """The settings as they are now."""
        return _project_of(self._table.get(self._key))


def noting(project: str, place: Residence) -> Write:
    """The write that notes that customers live in a place."""
    return add(Key.settings(project), {}, sets={f"{OF_PLACES}{place.key}": True})


def _project_of(item: Item | None) -> Project:
    if item is None:
        return Project()
    schemas = {
        name.removeprefix(OF_SCHEMAS): Schema.model_validate_json(said)
        for name, said in item.items()
        if name.startswith(OF_SCHEMAS)
    }
    places = frozenset(name.removeprefix(OF_PLACES) for name in item if name.startswith(OF_PLACES))
    document = json.loads(item.get("document", "{}"))
    rules: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.get("stacking", {}).items()
    }
    return Project(document.get("time_zone", "UTC"), StackingRules(**rules), Schemas(schemas), places)
