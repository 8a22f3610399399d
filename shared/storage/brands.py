"""How a project's messages look, kept warm for a moment."""

from shared.domain.post.brands import Brand
from shared.storage.keys import Key
from shared.storage.table import Table, put
from shared.storage.warm import Warm


class BrandStore:
    """The brand of one project; it has none of its own until somebody says how it looks."""

    _warm = Warm[Brand]()

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._key = Key.brand(project)

    def get(self) -> Brand:
        """The brand as it is now."""
        item = self._table.get(self._key)
        return Brand.model_validate_json(item["document"]) if item else Brand()

    def now(self) -> Brand:
        """The brand, a moment old at most; one read where it is not warm."""
        return self._warm.of(self._table, self._key) or self._warm.keep(self._table, self._key, self.get())

    def save(self, brand: Brand) -> None:
        """Settle it, whole; whoever writes messages follows within a moment."""
        self._table.commit(put(self._key, {"document": brand.model_dump_json(exclude_none=True)}))
        self._warm.forget(self._table, self._key)
