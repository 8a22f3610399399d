"""What a rollback may say."""

from shared.domain.model import Text
from shared.wire.body import Created


class RollbackBody(Created):
    reason: Text | None = None
    tracking_id: Text | None = None
