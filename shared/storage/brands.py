"""How a project's messages look."""

from shared.domain.post.brands import Brand
from shared.storage.keys import Key
from shared.storage.settled import SettledStore
from shared.storage.table import Table
from shared.storage.warm import Warm


class BrandStore(SettledStore[Brand]):
    """The brand of one project; it has none of its own until somebody says how it looks."""

    _warm = Warm[Brand]()

    def __init__(self, table: Table, project: str) -> None:
        super().__init__(table, Key.brand(project), Brand())
