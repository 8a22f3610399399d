"""How a contact policy looks."""

from shared.domain.post.contact_policy import Blackout, ContactPolicy
from shared.wire.answers.parts import Json, present


def policy(of: ContactPolicy) -> Json:
    quiet = of.quiet_hours
    return {
        "frequency_caps": [{"channel": it.channel, "max": it.max, "period": it.period} for it in of.frequency_caps],
        "quiet_hours": quiet and {"from": quiet.from_, "to": quiet.to},
        "blackouts": [_blackout(it) for it in of.blackouts],
        "topics": [{"id": it.id, "name": it.name} for it in of.topics],
        "object": "contact_policy",
    }


def _blackout(of: Blackout) -> Json:
    return present(**{"from": of.from_.isoformat(), "to": of.to.isoformat(), "name": of.name})
