"""What a project has settled, kept warm for a moment: it rides along in a checkout's first batch, once in 5 seconds."""

import json
import time
from collections.abc import Mapping
from typing import Any

from shared.domain.projects import Project
from shared.domain.stacking import StackingRules
from shared.storage.keys import Key
from shared.storage.table import Item, Table, put

WARM_SECONDS = 5.0
"""How long a checkout may trust the settings it has seen."""


class ProjectStore:
    """The settings of one project; it has the contract's until somebody says otherwise."""

    _warm: dict[tuple[str, Key], tuple[float, Project]] = {}  # noqa: RUF012 - one per process, on purpose

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._key = Key.settings(project)

    @property
    def to_read(self) -> tuple[Key, ...]:
        """The key that a batch must read along; none while the settings are warm."""
        seen, _ = self._warm.get((self._table.name, self._key), (float("-inf"), None))
        return () if time.monotonic() - seen < WARM_SECONDS else (self._key,)

    def settled(self, items: Mapping[Key, Item], read: tuple[Key, ...]) -> Project:
        """The settings, from a batch that read ``to_read`` along or from memory."""
        if read:
            project = _project_of(items.get(self._key))
            self._warm[self._table.name, self._key] = (time.monotonic(), project)
        return self._warm[self._table.name, self._key][1]

    def save(self, project: Project) -> None:
        """Settle it; a Lambda that is warm obeys within ``WARM_SECONDS``."""
        document = {"time_zone": project.time_zone, "stacking": project.stacking._asdict()}
        self._table.commit(put(self._key, {"document": json.dumps(document)}), outcome=project)
        self._warm[self._table.name, self._key] = (time.monotonic(), project)

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
