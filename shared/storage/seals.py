"""The seal of each project: a secret by which it knows its own links. It is drawn when the first one is made."""

import secrets

from shared.domain.errors import Moved
from shared.storage.keys import Key
from shared.storage.table import Table, create
from shared.storage.warm import Warm


class SealStore:
    """The seal of one project; it never changes, or the links that are out would lead nowhere."""

    _warm = Warm[bytes]()

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._key = Key.seal(project)

    def find(self) -> bytes | None:
        """The seal, if anything was ever sealed with it."""
        if known := self._warm.of(self._table, self._key):
            return known
        item = self._table.get(self._key)
        return self._warm.keep(self._table, self._key, bytes.fromhex(item["seal"])) if item else None

    def get(self) -> bytes:
        """The seal, drawn now if there is none. Of two who draw at once the second takes the first one's."""
        while (seal := self.find()) is None:
            try:
                self._table.commit(create(self._key, {"seal": secrets.token_hex(32)}, otherwise=Moved()))
            except Moved:
                continue
        return seal
