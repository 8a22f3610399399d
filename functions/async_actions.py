"""How far the work has come that a request started."""

from shared.domain.actions import AsyncAction
from shared.domain.lists import Listed
from shared.runtime.api import Api, Request
from shared.runtime.pages import query_of
from shared.storage.actions import ActionStore
from shared.wire.answers import actions
from shared.wire.lists import ASYNC_ACTIONS

handler = api = Api()


@api.get("/v1/async-actions/{action_id}", answer=actions.action)
def get(request: Request, action_id: str) -> AsyncAction:
    return ActionStore(request.table, request.project).get(action_id)


@api.get("/v1/async-actions", answer=actions.actions)
def list_all(request: Request) -> Listed[AsyncAction]:
    return ActionStore(request.table, request.project).wanted(query_of(request, ASYNC_ACTIONS))
