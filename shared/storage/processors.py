"""Who receives a shop's personal data, kept warm for a moment."""

from shared.domain.post.processors import Processor, Register, processors
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key
from shared.storage.table import Table, put
from shared.storage.warm import Warm


class ProcessorStore:
    """The register of processors of one project; it has the default until somebody says otherwise."""

    _warm = Warm[tuple[Processor, ...]]()

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._key = Key.processors(project)
        self._webhook = Key.webhook(project)

    def get(self) -> tuple[Processor, ...]:
        """The processors as they are now: one read, with whether the shop has a webhook."""
        items = self._table.get_many([self._key, self._webhook])
        said = items.get(self._key)
        register = value_of(Register, said, ()) if said else Register()
        return processors(register, webhook=self._webhook in items)

    def now(self) -> tuple[Processor, ...]:
        """The same, a moment old at most; one read where it is not warm."""
        known = self._warm.of(self._table, self._key)
        return self._warm.keep(self._table, self._key, self.get()) if known is None else known

    def save(self, register: Register) -> None:
        """Keep a register, whole."""
        self._table.commit(put(self._key, item_of(register, ())))
        self._warm.forget(self._table, self._key)
