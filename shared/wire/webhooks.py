"""What may be settled of a webhook."""

from shared.domain.model import Text
from shared.domain.schemas import Flag
from shared.wire.body import Created


class WebhookBody(Created):
    """Where it is; ``rotate`` draws another secret, which is told in the answer and never again."""

    url: Text
    rotate: Flag = False
