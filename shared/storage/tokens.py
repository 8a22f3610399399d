"""The tokens of key pairs; only a hash of each is kept."""

import secrets
import time
from datetime import UTC, datetime

from shared.domain.tokens import LIFE, Token
from shared.storage.access_keys import WARM_SECONDS, AccessKey, hashed
from shared.storage.keys import TIME_TO_LIVE, Key
from shared.storage.table import Item, Table, delete, put

SWEPT_AFTER = 3_600
MOST_WARM = 1_000


class TokenStore:
    """The tokens of every project."""

    _warm: dict[tuple[str, str], tuple[float, Item]] = {}  # noqa: RUF012 - one per process, on purpose

    def __init__(self, table: Table) -> None:
        self._table = table

    def issue(self, key: AccessKey, *, at: datetime) -> Token:
        """A new token of a key pair; it is told now and never again. It lives to the end of a whole second."""
        token = Token(secrets.token_urlsafe(32), key.app_id, key.project, at.replace(microsecond=0) + LIFE, at)
        until = int(token.until.timestamp())
        item = {"app_id": key.app_id, "project": key.project, "until": until, TIME_TO_LIVE: until + SWEPT_AFTER}
        self._table.commit(put(Key.token(hashed(token.secret)), item))
        return token

    def find(self, secret: str, *, at: datetime) -> Token | None:
        """The token, unless it has expired by an instant; costs a read once a minute."""
        place = (self._table.name, hashed(secret))
        seen, item = self._warm.get(place, (float("-inf"), None))
        if time.monotonic() - seen > WARM_SECONDS:
            item = self._table.get(Key.token(place[1]))
            if item is not None:
                self._keep_warm(place, item)
        if item is None:
            return None
        until = datetime.fromtimestamp(item["until"], UTC)
        return Token(secret, item["app_id"], item["project"], until, at) if at < until else None

    def revoke(self, secret: str) -> None:
        """End a token; a Lambda that is warm may trust it for a minute more."""
        self._warm.pop((self._table.name, hashed(secret)), None)
        self._table.commit(delete(Key.token(hashed(secret))))

    def _keep_warm(self, place: tuple[str, str], item: Item) -> None:
        if len(self._warm) >= MOST_WARM:  # tokens come and go: those of last week must not fill the memory
            self._warm.clear()
        self._warm[place] = (time.monotonic(), item)
