"""OAuth tokens: what a key pair is exchanged for, to go by its name for a quarter of an hour."""

from datetime import datetime, timedelta
from typing import NamedTuple

LIFE = timedelta(minutes=15)


class Token(NamedTuple):
    """A token that is being told: its secret, in whose name it goes, until when, and when this is asked."""

    secret: str
    app_id: str
    project: str
    until: datetime
    at: datetime

    @property
    def seconds_left(self) -> int:
        return int((self.until - self.at).total_seconds())
