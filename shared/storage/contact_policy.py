"""What a shop has settled of when its customers are written to."""

from shared.domain.post.contact_policy import ContactPolicy
from shared.storage.keys import Key
from shared.storage.settled import SettledStore
from shared.storage.table import Table
from shared.storage.warm import Warm


class PolicyStore(SettledStore[ContactPolicy]):
    """The contact policy of one project."""

    _warm = Warm[ContactPolicy]()

    def __init__(self, table: Table, project: str) -> None:
        super().__init__(table, Key.contact_policy(project), ContactPolicy())
