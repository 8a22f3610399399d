"""What a project has settled, kept warm for a moment: it rides along in a checkout's first batch, once in 5 seconds."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from shared.domain.projects import Project
from shared.domain.stacking import StackingRules
from shared.storage.keys import Key
from shared.storage.table import Item, Table, put
from shared.storage.warm import Warm


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

    def save(self, project: Project) -> None:
        """Settle it; a Lambda that is warm obeys within a moment."""
        document = {"time_zone": project.time_zone, "stacking": project.stacking._asdict()}
        self._table.commit(put(self._key, {"document": json.dumps(document)}), outcome=project)
        self._warm.keep(self._table, self._key, project)

    def get(self) -> Project:
        """The settings as they are now."""
        return _project_of(self._table.get(self._key))


def _project_of(item: Item | None) -> Project:
    if item is None:
        return Project()
    document = json.loads(item["document"])
    rules: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document["stacking"].items()
    }
    return Project(document["time_zone"], StackingRules(**rules))
