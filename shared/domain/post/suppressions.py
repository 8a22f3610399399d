"""A suppression: an address that is not written to, whoever it belongs to and whatever they are asked in.

It is kept under a print of the address that only the project's seal can make: nobody can read the address from it, and
it outlives the customer. So who was forgotten and comes again by an import is still left in peace.

    complaint, bounce, stop     every message on this channel
    unsubscribed                marketing, until a yes that was said later; left behind by whoever is forgotten
"""

import hmac
from typing import Literal, NamedTuple, get_args
from unicodedata import normalize

from shared.domain.customers import Customer
from shared.domain.model import Frozen, Instant
from shared.domain.post.addresses import addresses_of
from shared.domain.post.consents import Consent, Consents, History
from shared.domain.post.deliveries import Channel, Purpose

Why = Literal["complaint", "stop", "bounce", "unsubscribed"]
"""The stronger first: of several the first one is told."""
STRENGTH: tuple[Why, ...] = get_args(Why)
PUNYCODE = "xn--"


class Suppression(Frozen):
    channel: Channel
    reason: Why
    at: Instant

    def stops(self, purpose: Purpose, consent: Consent | None) -> bool:
        """Whether a message of this purpose is kept back, though this consent allows it."""
        if self.reason != "unsubscribed":
            return True
        return purpose == "marketing" and not (consent and consent.granted and consent.at > self.at)


class Wishes(NamedTuple):
    """What somebody allows and has said, and where they are left in peace."""

    history: History
    suppressed: tuple[Suppression, ...]


def left_behind(customer: Customer, consents: Consents) -> list[tuple[str, Suppression]]:
    """What stays of somebody who is forgotten: each address at which they wanted no more marketing, since when."""
    addresses = addresses_of(customer)
    words = (it for it in consents.current if it.purpose == "marketing" and not it.granted and it.channel in addresses)
    return [(addresses[it.channel], Suppression(channel=it.channel, reason="unsubscribed", at=it.at)) for it in words]


def print_of(seal: bytes, channel: Channel, address: str) -> str:
    """The print of an address, however it was written: 128 bits in hex.

    >>> print_of(b"seal", "email", "Ann@Example.com ") == print_of(b"seal", "email", "ann@example.com")
    True
    >>> print_of(b"seal", "sms", "+353 86 123-4567") == print_of(b"seal", "sms", "+353861234567")
    True
    """
    said = f"suppressed\x1f{channel}\x1f{_plain(channel, address)}"
    return hmac.digest(seal, said.encode(), "sha256").hex()[:32]


def _plain(channel: Channel, address: str) -> str:
    match channel:
        case "email":
            # Whoever writes to ANN@ reaches ann@ as well; who was in a domain's own script may come in its ASCII form.
            user, _, domain = normalize("NFKC", address).strip().lower().rpartition("@")
            return f"{user}@{'.'.join(map(_in_its_script, domain.split('.')))}"
        case "sms":
            return "+" + "".join(str(int(it)) for it in address if it.isdecimal())
        case _:
            return address.strip()


def _in_its_script(label: str) -> str:
    """A label of a domain, ``xn--bcher-kva``, as it is read, ``bücher``."""
    if not label.startswith(PUNYCODE):
        return label
    try:
        return normalize("NFKC", label.removeprefix(PUNYCODE).encode().decode("punycode"))
    except UnicodeError:
        return label
