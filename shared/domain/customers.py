"""A customer: one person, one profile."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, model_validator

from shared.domain.calendar.residences import Residence, residence_of
from shared.domain.errors import InvalidPayload
from shared.domain.model import Day, Frozen, Instant, Metadata, Name, Sent, Text, merged

FARTHEST_EAST = timedelta(hours=14)
"""Ahead of UTC, on the Line Islands: there it is tomorrow already."""
OLDEST_AGE = 125
"""Years; nobody is known to have lived longer than 122."""


class Address(Frozen):
    city: Text | None = None
    state: Text | None = None
    line_1: Text | None = None
    line_2: Text | None = None
    country: Text | None = None
    postal_code: Text | None = None


class Profile(Sent):
    """A customer as a request describes one: by id or ``source_id``, or by e-mail where it has neither.

    A null says nothing: clients name every field of somebody of whom they only know the id.
    """

    id: Name | None = None
    source_id: Name | None = None
    name: Text | None = None
    description: Text | None = None
    email: Annotated[Text, Field(max_length=320)] | None = None
    address: Address | None = None
    phone: Annotated[Text, Field(max_length=64)] | None = None
    birthday: Day | None = None
    birthdate: Day | None = None
    time_zone: Annotated[Text, Field(max_length=64)] | None = None
    """An IANA name; where there is none, the only zone of the country, else the project's."""
    locale: Annotated[Text, Field(max_length=35)] | None = None
    """A language tag, ``en-IE``."""
    metadata: Metadata | None = None


class Customer(Frozen):
    """A customer as the shop knows one. ``merged_into`` is the canonical pointer: where it is set, go there."""

    id: str
    profile: Profile
    created_at: Instant
    updated_at: Instant | None = None
    merged_into: str | None = None
    found: bool = True
    """Whether calendars find them; those from before there were any are entered when something about them changes."""
    version: int = 1

    @property
    def residence(self) -> Residence:
        """Where they live, as far as they have said."""
        address = self.profile.address
        return residence_of(address.country if address else None, self.profile.time_zone)

    @property
    def born(self) -> date | None:
        """The day of birth, by whichever name it was told."""
        return self.profile.birthdate or self.profile.birthday

    @classmethod
    def new(cls, id_: str, profile: Profile, *, at: datetime) -> "Customer":
        """A customer whom nobody knew; an id that is not ours is the shop's own, its ``source_id``."""
        said = profile.model_dump(exclude_unset=True, exclude={"id"})
        if profile.id and profile.id != id_:
            said.setdefault("source_id", profile.id)
        return cls(id=id_, profile=Profile.model_validate(said), created_at=at)

    def told(self, profile: Profile) -> Profile:
        """What is known once a request has told more: a later word wins, what it leaves out stays."""
        # Neither name is a word about a person: the one was looked up by, and the other would lead nowhere.
        said: dict[str, Any] = profile.model_dump(exclude_unset=True, exclude={"id", "source_id"})
        if "metadata" in said:
            said["metadata"] = merged(self.profile.metadata, said["metadata"])
        return Profile.model_validate({**self.profile.model_dump(exclude_unset=True), **one_birth(self.profile, said)})

    def upserted(self, profile: Profile, *, at: datetime) -> "Customer":
        """The customer after a request that told this; the very same one where nothing is new."""
        told = self.told(profile)
        return self if told == self.profile else self.model_copy(update={"profile": told, "updated_at": at})

    @model_validator(mode="after")
    def _must_not_point_at_itself(self) -> Self:
        if self.merged_into == self.id:
            raise ValueError("a customer cannot be merged into itself")
        return self


class Learned(NamedTuple):
    """A customer before something was told of them, and now."""

    before: Customer
    now: Customer


class Deletion(NamedTuple):
    """A receipt: this customer was forgotten."""

    id: str
    customer_id: str
    created_at: datetime


BIRTHS = ("birthdate", "birthday")
"""The two names that the contract has for one day."""


def one_birth(known: Profile, said: dict[str, Any]) -> dict[str, Any]:
    """What was said, told under both names of the day of birth where both are known, so that they never disagree.

    >>> one_birth(Profile(birthdate=date(1990, 2, 28)), {"birthday": None})
    {'birthday': None, 'birthdate': None}
    """
    told = [name for name in BIRTHS if name in said]
    if len(told) != 1:
        return said
    return said | {name: said[told[0]] for name in BIRTHS if getattr(known, name)}


def refuse_birth(profile: Profile, *, at: datetime, path: str = "") -> None:
    """Raise if nobody can be born then: in the future where it is latest, too long ago, or on two days.

    Raises:
        InvalidPayload: naming the field.
    """
    latest = (at + FARTHEST_EAST).date()
    for name in BIRTHS:
        born = getattr(profile, name)
        if born and born > latest:
            raise InvalidPayload(f"{path}{name}: lies in the future")
        if born and latest.year - born.year > OLDEST_AGE:
            raise InvalidPayload(f"{path}{name}: lies more than {OLDEST_AGE} years ago")
    if profile.birthday and profile.birthdate and profile.birthday != profile.birthdate:
        raise InvalidPayload(f"{path}birthday: is another day than birthdate")
