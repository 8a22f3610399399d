"""What schedules may be asked about."""

from shared.domain.attributes.kinds import COMMON, text, truth, word
from shared.domain.filters import Attributes

SCHEDULES: Attributes = {
    **COMMON,
    "name": text(lambda schedule: schedule.name),
    "active": truth(lambda schedule: schedule.active),
    "campaign_id": text(lambda schedule: schedule.campaign_id),
    "occasion.type": word(lambda schedule: schedule.occasion.type),
    "purpose": text(lambda schedule: schedule.purpose),
    "time_zone": text(lambda schedule: schedule.time_zone),
    "audience.segment_id": text(lambda schedule: schedule.audience and schedule.audience.segment_id),
}
