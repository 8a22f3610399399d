"""What a shop has settled of when its customers are written to, kept warm for a moment."""

from shared.domain.post.contact_policy import ContactPolicy
from shared.storage.keys import Key
from shared.storage.table import Table, put
from shared.storage.warm import Warm


class PolicyStore:
    """The contact policy of one project; it has the default until somebody says otherwise."""

    _warm = Warm[ContactPolicy]()

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._key = Key.contact_policy(project)

    def get(self) -> ContactPolicy:
        """The policy as it is now."""
        item = self._table.get(self._key)
        return ContactPolicy.model_validate_json(item["document"]) if item else ContactPolicy()

    def now(self) -> ContactPolicy:
        """The policy, a moment old at most; one read where it is not warm."""
        return self._warm.of(self._table, self._key) or self._warm.keep(self._table, self._key, self.get())

    def save(self, policy: ContactPolicy) -> None:
        """Settle it, whole; whoever sends obeys within a moment."""
        # Null quiet hours are none, which is not what a policy has that says nothing of them.
        self._table.commit(put(self._key, {"document": policy.model_dump_json(by_alias=True)}))
        self._warm.forget(self._table, self._key)
