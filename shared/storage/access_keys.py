"""Who may call: key pairs, each of one project and one side; only a hash of the secret is kept."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from shared.domain.model import iso
from shared.storage.keys import Key, listing
from shared.storage.table import Item, Table, delete, put

Side = Literal["server", "client", "management"]
WARM_SECONDS = 60
"""How long a Lambda trusts a key it has seen: a revoked key may live that much longer."""


class AccessKey(NamedTuple):
    """What a key pair opens. The rest is of the client's side: it is what a page of the shop shows to everybody."""

    app_id: str
    project: str
    side: Side
    origins: tuple[str, ...] = ()
    """The sites whose pages may use it."""
    detailed: bool = False
    """Whether a refusal tells its reason there: the project's setting, kept here so that it costs no read."""
    salt: str = ""
    """The project's, for the hashes under which visitors are counted."""
    created_at: str = ""


class AccessKeyStore:
    """The key pairs of every project."""

    _warm: dict[tuple[str, str], tuple[float, Item | None]] = {}  # noqa: RUF012 - one per process, on purpose

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, app_id: str, token: str) -> AccessKey | None:
        """The key pair, if there is one and the token is its secret; costs a read once a minute."""
        item = self._item(app_id)
        if item is None or not hmac.compare_digest(item["hashed"], hashed(token)):
            return None
        return _key_of(app_id, item)

    def get(self, app_id: str) -> AccessKey | None:
        """The key pair of that id, for who has shown otherwise that it may use it."""
        item = self._item(app_id)
        return _key_of(app_id, item) if item else None

    def add(
        self,
        project: str,
        side: Side,
        *,
        at: datetime,
        app_id: str = "",
        token: str = "",
        origins: Iterable[str] = (),
        detailed: bool = False,
    ) -> tuple[AccessKey, str]:
        """Make a key pair; the token is told now and never again."""
        app_id, token = app_id or secrets.token_hex(16), token or secrets.token_urlsafe(32)
        item: Item = {
            "project": project,
            "side": side,
            "hashed": hashed(token),
            "created_at": iso(at),
            **listing(project, "access_key", app_id, at),
        }
        if side == "client":
            item |= {"origins": " ".join(origins), "detailed": detailed, "salt": self._salt(project)}
        self._table.commit(put(Key.access_key(app_id), item))
        return _key_of(app_id, item), token

    def of(self, project: str) -> Iterator[AccessKey]:
        """A project's key pairs, the newest first; their secrets nobody knows."""
        for item in self._table.items(self._table.listed(f"{project}#access_key")):
            yield _key_of(item["PK"].removeprefix("access_key#"), item)

    def revoke(self, app_id: str) -> None:
        """End a key pair, and with it every token that was made with it."""
        self._warm.pop((self._table.name, app_id), None)
        self._table.commit(delete(Key.access_key(app_id)))

    def _salt(self, project: str) -> str:
        """One for all of a project's client keys, so that who uses two of them is still counted once."""
        return next((key.salt for key in self.of(project) if key.salt), "") or secrets.token_hex(16)

    def _item(self, app_id: str) -> Item | None:
        place = (self._table.name, app_id)
        seen, item = self._warm.get(place, (float("-inf"), None))
        if time.monotonic() - seen > WARM_SECONDS:
            item = self._table.get(Key.access_key(app_id))
            if item is not None:  # an unknown id is never kept warm: guesses must not fill the memory
                self._warm[place] = (time.monotonic(), item)
        return item


def _key_of(app_id: str, item: Item) -> AccessKey:
    return AccessKey(
        app_id,
        item["project"],
        item["side"],
        tuple(item.get("origins", "").split()),
        item.get("detailed", False),
        item.get("salt", ""),
        item.get("created_at", ""),
    )


def hashed(token: str) -> str:
    """A plain hash suffices: a token is 256 bits of chance, there is no dictionary to try."""
    return hashlib.sha256(token.encode()).hexdigest()
