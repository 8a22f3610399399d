"""A suppression: an address that is not written to, whoever it belongs to and whatever they are asked in.

It is kept under a print of the address that only the project's seal can make: nobody can read the address from it, and
it outlives the customer. So who was forgotten and comes again by an import is still left in peace.

    complaint, bounce, stop     every message on this channel
    unsubscribed                marketing, until a yes that was said later; left behind by whoever is forgotten
"""

import hmac
from typing import Literal

from shared.domain.model import Frozen, Instant
from shared.domain.post.consents import Consent
from shared.domain.post.deliveries import Channel, Purpose

Why = Literal["complaint", "bounce", "stop", "unsubscribed"]


class Suppression(Frozen):
    channel: Channel
    reason: Why
    at: Instant

    def stops(self, purpose: Purpose, consent: Consent | None) -> bool:
        """Whether a message of this purpose is kept back, though this consent allows it."""
        if self.reason != "unsubscribed":
            return True
        return purpose == "marketing" and not (consent and consent.granted and consent.at > self.at)


def print_of(seal: bytes, channel: Channel, address: str) -> str:
    """The print of an address, however it was written: 128 bits in hex.

    >>> print_of(b"seal", "email", "Ann@Example.com ") == print_of(b"seal", "email", "ann@example.com")
    True
    """
    said = f"suppressed\x1f{channel}\x1f{address.strip().casefold()}"
    return hmac.digest(seal, said.encode(), "sha256").hex()[:32]
