"""Carry on the work of an async action, lane by lane, piece by piece; a crash loses no piece and repeats none."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, Protocol

from shared.domain.actions import TOLD, AsyncAction, Lane
from shared.domain.campaigns import Campaign
from shared.domain.codes import CodeConfig
from shared.domain.errors import Busy, Moved
from shared.domain.ids import voucher_id
from shared.domain.vouchers import Voucher
from shared.usecases import ROUNDS
from shared.usecases.campaigns import PIECE, voucher_of
from shared.usecases.imports import Import, Importing, Read

STINT = 12
"""Pieces that a lane takes before the action's progress is noted."""
FULL = 3
"""Pieces in a row of which every code is taken: then there are none left. (Were one code in ten free, as it is at
first, that would happen once in 10^13.)"""
REMOVED_AT_ONCE = 90
"""Codes that go in one transaction."""

DrawMany = Callable[[CodeConfig, int], Iterable[str]]
AtOnce = Callable[[Callable[[Lane], bool], Iterable[Lane]], Iterable[bool]]


class Work(Importing, Protocol):
    def action(self, action_id: str) -> AsyncAction | None: ...
    def campaign(self, campaign_id: str) -> Campaign | None: ...
    def close(self, action: AsyncAction) -> list[Lane]: ...
    def make(self, action: AsyncAction, lane: Lane, prototype: Voucher, codes: Mapping[str, str]) -> Lane: ...
    def codes(self, campaign_id: str) -> Iterator[str]: ...
    def remove_codes(self, hashes: Sequence[str]) -> None: ...
    def remove_campaign(self, campaign: Campaign) -> None: ...
    def note(self, action: AsyncAction, campaign: Campaign | None, *, more: int) -> None: ...
    def settle(self, action: AsyncAction, campaign: Campaign | None, *, more: int = 0) -> None: ...


class Means(NamedTuple):
    """What a worker works with. ``at_once`` is how the lanes are walked: ``map``, or several at a time."""

    work: Work
    draw: DrawMany
    reads: Mapping[str, Read]
    """What makes a voucher, a customer or a sale of a row, by the type of the import."""
    go_on: Callable[[], bool] = lambda: True
    at_once: AtOnce = map


def carry_on(action_id: str, means: Means, *, at: datetime) -> AsyncAction | None:
    """Bring an action to its end, or as far as ``go_on`` allows; None if there is no such action.

    Each piece commits its codes with the progress that its lane makes, so a worker that takes over sees exactly what
    is left; one that comes late finds the lane moved on, looks again, and has nothing to do.

    Raises:
        Busy: if other workers kept taking the pieces; the message goes back to the queue.
    """
    misses = 0
    while misses < ROUNDS:
        action = means.work.action(action_id)
        if action is None or action.ended or not means.go_on():
            return action
        try:
            if action.type == "CAMPAIGN_DELETION":
                _delete(action, means, at=at)
            else:
                _take_lanes(action, means, at=at)
        except Moved:
            misses += 1
        else:
            misses = 0
    raise Busy


def _take_lanes(action: AsyncAction, means: Means, *, at: datetime) -> None:
    """Have every lane make a stint, note how far they are and, where all are through, the end."""
    work = means.work
    campaign = work.campaign(action.campaign_id) if action.campaign_id else None
    if action.campaign_id and (campaign is None or campaign.deleted):
        _end(action, None, work.close(action), work, at=at, failure="the campaign was deleted")
        return
    lanes = work.lanes(action)
    if waiting := [lane for lane in lanes if lane.left]:
        if (stint := _stint(action, campaign, means, at=at)) is None:
            _end(action, campaign, work.close(action), work, at=at, failure="what was sent is gone")
            return
        if not all(list(means.at_once(stint, waiting))):
            failure = "nearly every code that the pattern makes is taken"
            _end(action, campaign, work.close(action), work, at=at, failure=failure)
            return
        lanes = work.lanes(action)
    done = sum(lane.done for lane in lanes)
    if done == action.total:
        _end(action, campaign, lanes, work, at=at)
    elif done == action.done:
        raise Moved  # nothing came of it: others are at it, or the table is
    else:
        good = _good(lanes)
        progress = {"status": "IN_PROGRESS", "done": done, "counted": good, "updated_at": at}
        work.note(action.model_copy(update=progress), campaign, more=good - action.counted)


def _stint(
    action: AsyncAction, campaign: Campaign | None, means: Means, *, at: datetime
) -> Callable[[Lane], bool] | None:
    """What one lane does at a stretch; None if it cannot be told any more."""
    if action.type == "CAMPAIGN_VOUCHERS_GENERATION":
        assert campaign
        return lambda lane: _make(action, lane, campaign, means, at=at)
    rows = means.work.rows(action)
    if rows is None:
        return None
    importing = Import(action, campaign, rows, means.reads[action.type], means.work)
    return lambda lane: importing.take(lane, at=at, go_on=means.go_on)


def _make(action: AsyncAction, lane: Lane, campaign: Campaign, means: Means, *, at: datetime) -> bool:
    """Make codes, a stint of them; False if there are none left to make.

    A code that is taken fails a whole piece. Once that has happened the space is not as empty as most are: from then on
    more are drawn than wanted, and the table is asked first.
    """
    work = means.work
    prototype = voucher_of(campaign, "0", action.voucher, project=work.project, at=at)
    crowded, fruitless = False, 0
    for _ in range(STINT):
        if not lane.left or fruitless == FULL or not means.go_on():
            break
        wanted = min(PIECE, lane.left)
        drawn = means.draw(campaign.code_config, PIECE if crowded else wanted)
        codes = {voucher_id(work.project, code): code for code in drawn}
        if crowded:
            codes = dict(islice(work.untaken(codes).items(), wanted))
        fruitless = 0 if codes else fruitless + 1
        try:
            if codes:
                lane = work.make(action, lane.advanced(len(codes)), prototype, codes)
        except Moved:
            crowded, lane = True, work.lane(action, lane.number)
    return fruitless < FULL


def _delete(action: AsyncAction, means: Means, *, at: datetime) -> None:
    assert action.campaign_id
    work, done = means.work, action.done
    campaign = work.campaign(action.campaign_id)
    for id_ in campaign.making if campaign else ():
        if making := work.action(id_):
            work.close(making)  # what is in flight is in time to be removed, or never arrives
    codes = work.codes(action.campaign_id)
    while piece := list(islice(codes, REMOVED_AT_ONCE)):
        work.remove_codes(piece)
        done += len(piece)
        if not means.go_on():
            progress = {"status": "IN_PROGRESS", "done": done, "updated_at": at}
            work.settle(action.model_copy(update=progress), None)
            return
    if campaign:
        work.remove_campaign(campaign)
    work.settle(_ended(action, "DONE", at, {"deleted_count": done}), None)


def _end(
    action: AsyncAction,
    campaign: Campaign | None,
    lanes: Sequence[Lane],
    work: Work,
    *,
    at: datetime,
    failure: str | None = None,
) -> None:
    """Note the end of an action, with what came of it, and forget what it was sent."""
    done, bad = sum(lane.done for lane in lanes), sum(lane.failed_count for lane in lanes)
    good = done - bad
    result: dict[str, Any] = {"done_count": good, "failed_count": action.total - good}
    if told := sorted((row for lane in lanes for row in lane.failed), key=lambda row: row.line)[:TOLD]:
        result["failed"] = [row.model_dump() for row in told]
    if failure:
        result["failure"] = failure
    ended = _ended(action, "FAILED" if failure else "DONE", at, result)
    if campaign:
        making = {id_: total for id_, total in campaign.making.items() if id_ != action.id}
        status = "IN_PROGRESS" if making else ended.status
        campaign = campaign.model_copy(update={"making": making, "creation_status": status})
    work.settle(ended.model_copy(update={"done": done, "counted": good}), campaign, more=good - action.counted)
    work.clear(ended)


def _good(lanes: Iterable[Lane]) -> int:
    return sum(lane.done - lane.failed_count for lane in lanes)


def _ended(action: AsyncAction, status: str, at: datetime, result: dict[str, object]) -> AsyncAction:
    return action.model_copy(update={"status": status, "updated_at": at, "result": result})
