"""A project: what a shop has settled once for all of its offers."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.calendar.residences import Residence
from shared.domain.schemas import Schemas
from shared.domain.stacking import StackingRules

MOST_PLACES = 1_000
"""Residences that a project tells apart; they stand in one item, and anybody may say that they live anywhere."""


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

    def place_of(self, residence: Residence) -> Residence:
        """Where somebody is found who lives there: where the project has too many places, by the clock alone."""
        if residence.key in self.places or len(self.places) < MOST_PLACES:
            return residence
        return Residence(None, residence.time_zone)

    def is_new(self, place: Residence) -> bool:
        """Whether nobody whom the project knows of has lived there."""
        return place != Residence() and place.key not in self.places
