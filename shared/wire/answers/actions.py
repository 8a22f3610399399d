"""How async actions look."""

from shared.domain.actions import AsyncAction
from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.wire.answers.parts import Json, listed, present


def action(of: AsyncAction) -> Json:
    return present(
        id=of.id,
        type=of.type,
        status=of.status,
        operation_status={"DONE": "SUCCESS", "FAILED": "FAILED"}.get(of.status, "UNKNOWN"),
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        request_id=of.request_id,
        progress=of.progress,
        result=of.result,
        object="async_action",
    )


def actions(of: Listed[AsyncAction]) -> Json:
    """A part of the list; ``more_starting_after`` is what to send as ``starting_after_id`` for the next."""
    last = of.things[-1].id if of.more else None
    return listed(
        "async_actions",
        [action(each) for each in of.things],
        **present(has_more=of.more, more_starting_after=last),
    )
