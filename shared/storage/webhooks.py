"""The webhook of each project; whoever hands messages to it trusts it for a moment."""

from shared.domain.errors import Moved, NotFound
from shared.domain.post.webhooks import Webhook
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key
from shared.storage.table import Table, create, delete, replace
from shared.storage.warm import Warm

ATTRIBUTES = ("version",)
"""What conditions touch."""


class WebhookStore:
    """The webhook of one project, if it has one."""

    _warm = Warm[tuple[Webhook, ...]]()
    """One, or none: that there is none is worth knowing, too."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._project = project
        self._key = Key.webhook(project)

    def find(self) -> Webhook | None:
        """The webhook as it is now."""
        item = self._table.get(self._key)
        return value_of(Webhook, item, ATTRIBUTES) if item else None

    def get(self) -> Webhook:
        """The webhook as it is now.

        Raises:
            NotFound: if there is none.
        """
        webhook = self.find()
        if webhook is None:
            raise NotFound("webhook", self._project)
        return webhook

    def now(self) -> Webhook | None:
        """The webhook, a moment old at most; one read where that is not warm."""
        known = self._warm.of(self._table, self._key)
        if known is None:
            found = self.find()
            known = self._warm.keep(self._table, self._key, (found,) if found else ())
        return next(iter(known), None)

    def save(self, webhook: Webhook) -> None:
        """Keep a webhook, over the version that was read; messages follow within a moment.

        Raises:
            Moved: if somebody else has changed it since.
        """
        item, was = item_of(webhook, ATTRIBUTES), webhook.version
        self._table.commit(
            replace(self._key, item, version=was, otherwise=Moved())
            if was
            else create(self._key, {**item, "version": 1}, otherwise=Moved())
        )
        self._warm.forget(self._table, self._key)

    def remove(self, webhook: Webhook) -> None:
        """Forget a webhook, with its secret.

        Raises:
            Moved: if somebody else has changed it since.
        """
        was = {"was": webhook.version}
        self._table.commit(delete(self._key, only_if="#version = :was", values=was, otherwise=Moved()))
        self._warm.forget(self._table, self._key)
