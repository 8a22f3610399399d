"""Links in messages that act in somebody's name: who may follow one is whoever got the message.

Such a link says what it is for and is sealed by its project, so that nobody can make one for anybody else.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from shared.domain.post.deliveries import Channel, Purpose

LONGEST = 1_200
"""Characters of a token: enough for the longest id of a customer in any script. What it names becomes part of a key."""
SIGNED = 16
"""Bytes of the seal's print: nobody guesses 128 bits."""


class Unsubscription(NamedTuple):
    """What the link at the end of a message ends: one purpose on one channel; and which message it stands in."""

    project: str
    customer_id: str
    channel: Channel
    purpose: Purpose
    delivery_id: str = ""
    """Links that left before there was one in them work as they did."""

    def token(self, seal: bytes) -> str:
        """The wish as a word of a link.

        >>> wish = Unsubscription("p", "cust_1", "email", "marketing")
        >>> wish.token(b"seal")
        'cB9jdXN0XzEfZW1haWwfbWFya2V0aW5n2yaVkX7pNtdf9x1u3p0Jlw'
        """
        said = "\x1f".join(self[:] if self.delivery_id else self[:-1]).encode()
        signed = said + hmac.digest(seal, b"unsubscribe\x1f" + said, "sha256")[:SIGNED]
        return urlsafe_b64encode(signed).decode().rstrip("=")

    def is_meant_by(self, token: str, seal: bytes) -> bool:
        """Whether the token is the one that the project has made for this."""
        return hmac.compare_digest(self.token(seal).encode(), token.encode())


def wish_of(token: str) -> Unsubscription | None:
    """What a token says; whether it is true, only its project's seal tells.

    >>> wish_of(Unsubscription("p", "cust_1", "email", "marketing").token(b"seal"))
    Unsubscription(project='p', customer_id='cust_1', channel='email', purpose='marketing', delivery_id='')
    >>> wish_of("whatever")
    """
    if len(token) > LONGEST:
        return None
    try:
        said = urlsafe_b64decode(token + "=" * (-len(token) % 4))[:-SIGNED].decode()
    except ValueError:  # not ASCII, not Base64, not UTF-8
        return None
    parts = said.split("\x1f")
    known = range(len(Unsubscription._fields) - len(Unsubscription._field_defaults), len(Unsubscription._fields) + 1)
    return Unsubscription(*parts) if len(parts) in known else None  # type: ignore[arg-type]
