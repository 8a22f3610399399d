"""The choices that a preference centre offers: the channels, the shop's topics, how often. It shows what somebody has
chosen, and no name, address or birthday: whoever holds a forwarded message sees it, too.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, get_args

from shared.domain.customers import Customer
from shared.domain.ids import hash_of
from shared.domain.post.addresses import addresses_of
from shared.domain.post.consents import Consents, Frequency
from shared.domain.post.contact_policy import ContactPolicy, Topic
from shared.domain.post.deliveries import Channel
from shared.domain.post.suppressions import Suppression

CHANNELS: tuple[Channel, ...] = get_args(Channel)
FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)


class Choices(NamedTuple):
    """What somebody has chosen."""

    channels: dict[Channel, bool]
    """Where they may get marketing: of the channels on which they can be reached, or have had a word."""
    topics: tuple[tuple[Topic, bool], ...]
    frequency: Frequency


def choices_of(
    customer: Customer,
    consents: Consents,
    policy: ContactPolicy,
    suppressed: Mapping[Channel, Suppression] = MappingProxyType({}),
) -> Choices:
    """What a customer has chosen of what their shop offers. A stop by text, or a complaint, is a choice as well: where
    nothing comes any more, whatever consent says, no box says otherwise.
    """

    def on(channel: Channel) -> bool:
        word, at_rest = consents.word(channel, "marketing"), suppressed.get(channel)
        return consents.allow(channel, "marketing") and not (at_rest and at_rest.stops("marketing", word))

    reached = addresses_of(customer, webhook=False)
    offered = (it for it in CHANNELS if it in reached or consents.word(it, "marketing"))
    return Choices(
        {it: on(it) for it in offered},
        tuple((it, consents.likes(it.id)) for it in policy.topics),
        consents.frequency,
    )


def field_of(topic: Topic) -> str:
    """What a form calls a topic, whose id may be as long as a name and in any script.

    >>> field_of(Topic(id="shoes", name="Shoes"))
    'topic-01ea5ddd3be5477a'
    """
    return f"topic-{hash_of(topic.id)}"
