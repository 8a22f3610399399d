"""How schedules look, with the runs that are to come and what became of those that were."""

from collections.abc import Sequence

from shared.domain.calendar.schedules import Occurrence, Scheduled, Tally
from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.wire.answers.parts import Json, listed, present

DROPPED = "dropped#"


def schedule(of: Scheduled) -> Json:
    it = of.schedule
    return present(
        id=it.id,
        name=it.name,
        campaign=present(id=it.campaign_id, name=of.campaign),
        occasion=it.occasion.model_dump(mode="json", exclude_none=True),
        offset=it.offset,
        send_at=it.send_at,
        time_zone=it.time_zone,
        leap_day=it.leap_day,
        audience=it.audience and it.audience.model_dump(),
        channels=list(it.channels),
        templates=dict(it.templates),
        validity=it.validity,
        purpose=it.purpose,
        topic=it.topic,
        active=it.active,
        active_since=it.active_since and iso(it.active_since),
        created_at=iso(it.created_at),
        updated_at=it.updated_at and iso(it.updated_at),
        object="schedule",
    )


def schedules(of: Listed[Scheduled]) -> Json:
    return listed("schedules", [schedule(each) for each in of.things], total=of.total, has_more=of.more)


def preview(of: Sequence[Occurrence]) -> Json:
    return listed("runs", [_occurrence(each) for each in of], total=len(of))


def _occurrence(of: Occurrence) -> Json:
    times = [
        {"time_zone": it.time_zone, "local": it.local.isoformat(), "at": iso(it.at), "due": it.due} for it in of.hours
    ]
    return {"day": of.day.isoformat(), "due": of.due, "times": times}


def runs(of: Listed[Tally]) -> Json:
    return listed("runs", [_tally(each) for each in of.things], has_more=of.more)


def _tally(of: Tally) -> Json:
    dropped = {name.removeprefix(DROPPED): n for name, n in sorted(of.counts.items()) if n and name.startswith(DROPPED)}

    def count(*states: str) -> int:
        return sum(of.counts.get(state, 0) for state in states)

    return {
        "object": "run",
        "schedule_id": of.schedule_id,
        "day": of.day.isoformat(),
        "due": count("due"),
        "sent": count("SENT"),
        "deferred": count("DEFERRED"),
        "failed": count("FAILED"),
        "unknown": count("UNKNOWN"),
        "under_way": count("PREPARED", "SENDING"),
        "dropped": {"total": sum(dropped.values()), "by_reason": dropped},
    }
