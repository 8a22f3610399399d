"""Message templates; whoever writes many messages trusts them for a moment."""

from collections.abc import Sequence

from shared.domain.attributes.post import MESSAGE_TEMPLATES
from shared.domain.errors import Moved, NotFound
from shared.domain.lists import Listed, Query
from shared.domain.post.templates import MessageTemplate
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing
from shared.storage.lists import ListOf, of_keys
from shared.storage.table import Item, Table, create, delete, replace
from shared.storage.warm import Warm

ATTRIBUTES = ("version",)
"""What conditions touch."""


class TemplateStore:
    """The message templates of one project."""

    _warm = Warm[MessageTemplate]()

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def key(self, id_: str) -> Key:
        return Key.message_template(self.project, id_)

    def find(self, id_: str) -> MessageTemplate | None:
        """A template as it is now."""
        item = self._table.get(self.key(id_))
        return _template_of(item) if item else None

    def get(self, id_: str) -> MessageTemplate:
        """A template as it is now.

        Raises:
            NotFound: if there is none.
        """
        template = self.find(id_)
        if template is None:
            raise NotFound("message_template", id_)
        return template

    def warm(self, id_: str) -> MessageTemplate | None:
        """A template, a moment old at most."""
        known = self._warm.of(self._table, self.key(id_)) or self.find(id_)
        return self._warm.keep(self._table, self.key(id_), known) if known else None

    def wanted(self, query: Query) -> Listed[MessageTemplate]:
        """The templates that are asked for."""
        narrow = {"id": of_keys(self.key)}
        kind = "message_template"
        return ListOf(
            self._table, self.project, kind, MESSAGE_TEMPLATES, _templates_of, self.key, narrow=narrow
        ).wanted(query)

    def add(self, template: MessageTemplate) -> None:
        """Make a template.

        Raises:
            Moved: if its id is taken.
        """
        self._table.commit(create(self.key(template.id), self._item(template), otherwise=Moved()), outcome=template)

    def save(self, template: MessageTemplate) -> None:
        """Change a template from the version that was read.

        Raises:
            Moved: if somebody else has changed it since.
        """
        key = self.key(template.id)
        self._table.commit(replace(key, self._item(template), version=template.version, otherwise=Moved()))
        self._warm.forget(self._table, key)

    def remove(self, template: MessageTemplate) -> None:
        """Delete a template; a schedule that names it writes no more with it.

        Raises:
            Moved: if somebody else has changed it since.
        """
        key = self.key(template.id)
        was = {"was": template.version}
        self._table.commit(delete(key, only_if="#version = :was", values=was, otherwise=Moved()))
        self._warm.forget(self._table, key)

    def _item(self, template: MessageTemplate) -> Item:
        return {
            **item_of(template, ATTRIBUTES),
            **listing(self.project, "message_template", template.id, template.created_at),
        }


def _templates_of(items: Sequence[Item]) -> list[MessageTemplate]:
    return [_template_of(item) for item in items]


def _template_of(item: Item) -> MessageTemplate:
    return value_of(MessageTemplate, item, ATTRIBUTES)
