"""Processors: who else receives personal data, as a shop tells those whose data it is."""

from typing import Annotated

from pydantic import AfterValidator, Field

from shared.domain.calendar.residences import country_of
from shared.domain.model import Frozen, Name, Sent
from shared.domain.post.deliveries import Channel

MOST = 100
MOST_WORDS = 50


def _country(said: str) -> str:
    if code := country_of(said):
        return code
    raise ValueError("must be a country: its ISO 3166 code, or its English name")


class Processor(Sent):
    """Somebody who receives personal data in the shop's name."""

    name: Name
    purpose: Name
    """What for: ``delivers our e-mails``."""
    data: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_WORDS)]
    """Which, in plain words: ``e-mail address``, ``name``."""
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)] | None = None
    """Who receives it for messages on these alone; else whatever becomes of a message."""
    country: Annotated[Name, AfterValidator(_country)] | None = None
    """Where: the ISO 3166 code, from whatever it was called."""

    def receives(self, channel: Channel | None) -> bool:
        """Whether they have something of somebody to whom a message went on a channel; None: to whom none went."""
        return self.channels is None or channel in self.channels


class Register(Frozen):
    """What a shop has said of its processors; None: nothing, so they are those by whom Bonbon itself works."""

    processors: tuple[Processor, ...] | None = None


CLOUD = (
    Processor(
        name="Amazon Web Services",
        purpose="keeps our data and runs our promotions",
        data=("all that we keep of you",),
    ),
    Processor(
        name="Amazon Simple Email Service",
        purpose="delivers our e-mails",
        data=("e-mail address", "what the message says"),
        channels=("email",),
    ),
    Processor(
        name="Amazon Simple Notification Service",
        purpose="delivers our text messages",
        data=("phone number", "what the message says"),
        channels=("sms",),
    ),
)
OWN_SYSTEM = Processor(
    name="Our own system for apps and pages",
    purpose="shows our messages in our app and on our pages",
    data=("customer id", "what the message says"),
    channels=("push", "web"),
)
"""What a webhook leads to."""


def processors(register: Register, *, webhook: bool) -> tuple[Processor, ...]:
    """Who receives personal data: whoever the shop has named, else those by whom Bonbon works.

    >>> [it.name for it in processors(Register(), webhook=False) if it.receives("email")]
    ['Amazon Web Services', 'Amazon Simple Email Service']
    >>> [it.name for it in processors(Register(), webhook=True) if it.receives("push")]
    ['Amazon Web Services', 'Our own system for apps and pages']
    >>> processors(Register(processors=()), webhook=True)
    ()
    """
    if register.processors is not None:
        return register.processors
    return (*CLOUD, OWN_SYSTEM) if webhook else CLOUD
