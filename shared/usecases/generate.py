"""Carry on the work of an async action, piece by piece; a crash at any point loses no piece and repeats none."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Protocol

from shared.domain.actions import AsyncAction
from shared.domain.campaigns import Campaign
from shared.domain.errors import Busy, Moved
from shared.domain.vouchers import Voucher
from shared.usecases import ROUNDS
from shared.usecases.campaigns import Draw, voucher_of

PIECE = 90
"""Codes in one transaction, beside the action's progress and the campaign's count (100 are allowed)."""


class Work(Protocol):
    project: str

    def action(self, action_id: str) -> AsyncAction | None: ...
    def campaign(self, campaign_id: str) -> Campaign | None: ...
    def add(self, action: AsyncAction, campaign: Campaign, vouchers: Sequence[Voucher]) -> None: ...
    def untaken(self, vouchers: Iterable[Voucher]) -> Iterable[Voucher]: ...
    def codes(self, campaign_id: str) -> Iterator[str]: ...
    def remove_codes(self, hashes: Sequence[str]) -> None: ...
    def remove_campaign(self, campaign: Campaign) -> None: ...
    def settle(self, action: AsyncAction, campaign: Campaign | None) -> None: ...


def _always() -> bool:
    return True


def carry_on(
    action_id: str, *, at: datetime, work: Work, draw: Draw, go_on: Callable[[], bool] = _always
) -> AsyncAction | None:
    """Bring an action to its end, or as far as ``go_on`` allows; None if there is no such action.

    Each piece commits its codes with the progress that they make, so a worker that takes over sees exactly what is
    left; one that comes late finds the version changed, looks again, and has nothing to do.

    Raises:
        Busy: if other workers kept taking the pieces; the message goes back to the queue.
    """
    misses = 0
    while misses < ROUNDS:
        action = work.action(action_id)
        if action is None or action.status in ("DONE", "FAILED") or not go_on():
            return action
        campaign = work.campaign(action.campaign_id)
        try:
            match action.type:
                case "CAMPAIGN_VOUCHERS_GENERATION":
                    _generate(action, campaign, at=at, work=work, draw=draw)
                case "CAMPAIGN_DELETION":
                    _delete(action, campaign, at=at, work=work, go_on=go_on)
        except Moved:
            misses += 1
        else:
            misses = 0
    raise Busy


def _generate(action: AsyncAction, campaign: Campaign | None, *, at: datetime, work: Work, draw: Draw) -> None:
    if campaign is None or campaign.deleted:
        work.settle(_ended(action, "FAILED", at, {"failure": "the campaign was deleted"}), None)
        return
    left = min(PIECE, action.total - action.done)
    if not left:
        work.settle(_ended(action, "DONE", at, {"done_count": action.done, "failed_count": 0}), campaign)
        return
    drawn = [draw(campaign.code_config) for _ in range(left)]
    made = [voucher_of(campaign, code, action.voucher, project=work.project, at=at) for code in drawn]
    # In a space that fills up many a draw is taken; one of them must not throw the whole piece back.
    distinct = list(work.untaken({voucher.id: voucher for voucher in made}.values()))
    if not distinct:
        raise Moved
    progress = {"status": "IN_PROGRESS", "done": action.done + len(distinct), "updated_at": at}
    work.add(action.model_copy(update=progress), campaign, distinct)


def _delete(
    action: AsyncAction, campaign: Campaign | None, *, at: datetime, work: Work, go_on: Callable[[], bool]
) -> None:
    done = action.done
    codes = work.codes(action.campaign_id)
    while piece := list(islice(codes, PIECE)):
        work.remove_codes(piece)
        done += len(piece)
        if not go_on():
            progress = {"status": "IN_PROGRESS", "done": done, "updated_at": at}
            work.settle(action.model_copy(update=progress), None)
            return
    if campaign:
        work.remove_campaign(campaign)
    work.settle(_ended(action, "DONE", at, {"deleted_count": done}), None)


def _ended(action: AsyncAction, status: str, at: datetime, result: dict[str, object]) -> AsyncAction:
    return action.model_copy(update={"status": status, "updated_at": at, "result": result})
