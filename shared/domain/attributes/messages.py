"""What message templates may be asked about."""

from shared.domain.attributes.kinds import COMMON, text
from shared.domain.filters import Attributes

MESSAGE_TEMPLATES: Attributes = {
    **COMMON,
    "name": text(lambda template: template.name),
    "channel": text(lambda template: template.channel),
}
