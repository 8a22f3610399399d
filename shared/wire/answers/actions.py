"""How async actions look."""

from shared.domain.actions import AsyncAction
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


def actions(of: tuple[list[AsyncAction], bool]) -> Json:
    return listed("async_actions", [action(one) for one in of[0]], has_more=of[1])
