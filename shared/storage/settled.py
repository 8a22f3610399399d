"""What a project has settled as one document beside its settings, kept warm for a moment."""

from typing import Any, ClassVar, Generic, TypeVar

from shared.domain.model import Frozen
from shared.storage.keys import Key
from shared.storage.table import Table, put
from shared.storage.warm import Warm

Thing = TypeVar("Thing", bound=Frozen)


class SettledStore(Generic[Thing]):
    """One such document; it is the default until somebody says otherwise. Each kind has a warm memory of its own."""

    _warm: ClassVar[Warm[Any]]

    def __init__(self, table: Table, key: Key, default: Thing) -> None:
        self._table = table
        self._key = key
        self._default = default

    def get(self) -> Thing:
        """The document as it is now."""
        item = self._table.get(self._key)
        return type(self._default).model_validate_json(item["document"]) if item else self._default

    def now(self) -> Thing:
        """The document, a moment old at most; one read where it is not warm."""
        known: Thing | None = self._warm.of(self._table, self._key)
        return known or self._warm.keep(self._table, self._key, self.get())

    def save(self, thing: Thing) -> None:
        """Settle it, whole; whoever goes by it obeys within a moment."""
        # With its nulls: what is settled as none, as quiet hours may be, is not what nobody has spoken of.
        self._table.commit(put(self._key, {"document": thing.model_dump_json(by_alias=True)}))
        self._warm.forget(self._table, self._key)
