"""How far the work has come that a request started."""

from shared.domain.actions import AsyncAction
from shared.runtime.api import Api, Request
from shared.runtime.pages import page_of
from shared.storage.actions import ActionStore
from shared.wire.answers import actions

handler = api = Api()


@api.get("/v1/async-actions/{action_id}", answer=actions.action)
def get(request: Request, action_id: str) -> AsyncAction:
    return ActionStore(request.table, request.project).get(action_id)


@api.get("/v1/async-actions", answer=actions.actions)
def list_all(request: Request) -> tuple[list[AsyncAction], bool]:
    page = page_of(request)
    found = ActionStore(request.table, request.project).page(page._replace(limit=page.limit + 1))
    return found[: page.limit], len(found) > page.limit
