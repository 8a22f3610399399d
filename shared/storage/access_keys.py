"""Who may call: key pairs, each of one project and one side; only a hash of the secret is kept."""

import hashlib
import hmac
import secrets
import time
from typing import Literal, NamedTuple

from shared.storage.keys import Key
from shared.storage.table import Item, Table, delete, put

Side = Literal["server", "client", "management"]
WARM_SECONDS = 60
"""How long a Lambda trusts a key it has seen: a revoked key may live that much longer."""


class AccessKey(NamedTuple):
    """What a key pair opens."""

    app_id: str
    project: str
    side: Side


class AccessKeyStore:
    """The key pairs of every project."""

    _warm: dict[tuple[str, str], tuple[float, Item | None]] = {}  # noqa: RUF012 - one per process, on purpose

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, app_id: str, token: str) -> AccessKey | None:
        """The key pair, if there is one and the token is its secret; costs a read once a minute."""
        item = self._item(app_id)
        if item is None or not hmac.compare_digest(item["hashed"], _hashed(token)):
            return None
        return AccessKey(app_id, item["project"], item["side"])

    def add(self, project: str, side: Side, *, app_id: str = "", token: str = "") -> tuple[AccessKey, str]:
        """Make a key pair; the token is told now and never again."""
        key = AccessKey(app_id or secrets.token_hex(16), project, side)
        token = token or secrets.token_urlsafe(32)
        self._table.commit(
            put(Key.access_key(key.app_id), {"project": project, "side": side, "hashed": _hashed(token)})
        )
        return key, token

    def revoke(self, app_id: str) -> None:
        self._table.commit(delete(Key.access_key(app_id)))

    def _item(self, app_id: str) -> Item | None:
        place = (self._table.name, app_id)
        seen, item = self._warm.get(place, (float("-inf"), None))
        if time.monotonic() - seen > WARM_SECONDS:
            item = self._table.get(Key.access_key(app_id))
            if item is not None:  # an unknown id is never kept warm: guesses must not fill the memory
                self._warm[place] = (time.monotonic(), item)
        return item


def _hashed(token: str) -> str:
    """A plain hash suffices: a token is 256 bits of chance, there is no dictionary to try."""
    return hashlib.sha256(token.encode()).hexdigest()
