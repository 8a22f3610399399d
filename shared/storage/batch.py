"""What one request reads of the table: each item once, as it is now."""

from collections.abc import Iterable, Iterator, Mapping

from shared.storage.keys import Key
from shared.storage.table import Item, Table


class Batch(Mapping[Key, Item]):
    """The items found so far. To ask for more costs a round trip only where something was not asked for before."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.asked: set[Key] = set()
        """Whatever was asked for, found or not."""
        self._found: dict[Key, Item] = {}

    def read(self, keys: Iterable[Key]) -> bool:
        """Read what was not read yet; whether there was any such thing."""
        new = [key for key in dict.fromkeys(keys) if key not in self.asked]
        if not new:
            return False
        self.asked.update(new)
        self._found |= self._table.get_many(new)
        return True

    def __getitem__(self, key: Key) -> Item:
        return self._found[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
