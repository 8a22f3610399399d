"""Async actions."""

from collections.abc import Sequence
from functools import partial

from shared.domain.actions import AsyncAction
from shared.domain.attributes.offers import ASYNC_ACTIONS
from shared.domain.errors import Moved, NotFound
from shared.domain.lists import Listed, Query
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing
from shared.storage.lists import ListOf
from shared.storage.table import Item, Table, Write, create, replace

ATTRIBUTES = ("status", "done", "version")


class ActionStore:
    """The async actions of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._project = project

    def get(self, action_id: str) -> AsyncAction:
        """An action as it is now.

        Raises:
            NotFound: if there is none.
        """
        action = self.find(action_id)
        if action is None:
            raise NotFound("async_action", action_id)
        return action

    def find(self, action_id: str) -> AsyncAction | None:
        item = self._table.get(Key.async_action(self._project, action_id))
        return value_of(AsyncAction, item, ATTRIBUTES) if item else None

    def wanted(self, query: Query) -> Listed[AsyncAction]:
        """The actions that are asked for; nobody asks how many there are in all."""

        def actions(items: Sequence[Item]) -> list[AsyncAction]:
            return [value_of(AsyncAction, item, ATTRIBUTES) for item in items]

        key = partial(Key.async_action, self._project)
        return ListOf(self._table, self._project, "async_action", ASYNC_ACTIONS, actions, key, counted=False).wanted(
            query
        )

    def save(self, action: AsyncAction, *also: Write) -> None:
        """Note progress, together with the work that made it.

        Raises:
            Moved: if another worker was there first.
        """
        self._table.commit(self.noting(action), *also)

    def noting(self, action: AsyncAction) -> Write:
        """The write that notes progress."""
        key = Key.async_action(self._project, action.id)
        return replace(key, self._item(action), version=action.version, otherwise=Moved())

    def start(self, action: AsyncAction) -> None:
        """Start an action that is a request's whole outcome."""
        self._table.commit(self.starting(action), outcome=action)

    def starting(self, action: AsyncAction) -> Write:
        """The write that starts an action."""
        return create(Key.async_action(self._project, action.id), self._item(action), otherwise=Moved())

    def _item(self, action: AsyncAction) -> dict[str, object]:
        kind = "async_action"
        return {**item_of(action, ATTRIBUTES), **listing(self._project, kind, action.id, action.created_at)}
