"""A project: what a shop has settled once for all of its offers."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.schemas import Schemas
from shared.domain.stacking import StackingRules


class Project(NamedTuple):
    """Whatever a shop has not settled is as here: UTC, and the contract's stacking rules."""

    time_zone: str = "UTC"
    stacking: StackingRules = StackingRules()
    schemas: Schemas = Schemas()
    """What the metadata of its things must be."""
    places: frozenset[str] = frozenset()
    """Where customers live (``Residence.key``), besides those of whom nothing is known: what a tick must look at."""

    @property
    def zone(self) -> ZoneInfo:
        """Where its customers read the clock: validity windows are wall times of this zone."""
        return ZoneInfo(self.time_zone)
