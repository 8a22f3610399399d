"""A webhook: where what is for a shop's app or page is handed over, and how the shop knows that it comes from here.

Signed as Standard Webhooks says (standardwebhooks.com, 1.0.0), for whose scheme there is a library in most languages.
"""

import base64
import hashlib
import hmac
import ipaddress
from typing import NamedTuple

from pydantic_core import Url

from shared.domain.errors import InvalidPayload
from shared.domain.model import Frozen, Instant

SECRET = "whsec_"  # noqa: S105 - what every secret begins with
LONGEST = 2_048
"""Characters of an address."""
THIS_MACHINE = ("127.0.0.1", "localhost")
ANYBODYS, TUNNELLED = ipaddress.ip_network("2000::/3"), ipaddress.ip_network("2002::/16")
"""Where IPv6 has given addresses to anybody; and where such an address stands for one of IPv4, whosever that is."""
NOWHERE = ("localhost", "local", "internal")
"""Last parts of names that the internet does not know."""


class Webhook(Frozen):
    """The one address of a project; push and web messages go there, each saying for which of the two it is."""

    url: str
    secret: str
    """``whsec_`` and Base64, as the shop's library takes it."""
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 0
    """0 before it is kept."""


class Settled(NamedTuple):
    """A webhook as it is now."""

    webhook: Webhook
    drawn: bool
    """Whether its secret is new, and has to be told."""


def address(said: str, *, here: bool) -> str:
    """An address in its one spelling; ``here``: the service runs on one machine, and a shop may listen beside it.

    >>> address("https://Shop.example:443/hooks?to=app", here=False)
    'https://shop.example/hooks?to=app'

    Raises:
        InvalidPayload: if no webhook may be there, or nobody could reach it.
    """
    try:
        url = Url(said)
    except ValueError:
        raise InvalidPayload("url: is no address, as https://shop.example/hooks") from None
    host = (url.host or "").strip("[]")
    beside = here and host in THIS_MACHINE
    if url.scheme != "https" and not (beside and url.scheme == "http"):
        raise InvalidPayload("url: must begin with https://")
    if url.username or url.password:
        raise InvalidPayload("url: must not hold a name or a password; each message is signed")
    if url.fragment is not None:
        raise InvalidPayload("url: must not hold a fragment, which no server is sent")
    if not beside and not _on_the_internet(host):
        raise InvalidPayload("url: must name a host that the internet knows")
    if len(str(url)) > LONGEST:
        raise InvalidPayload(f"url: must have at most {LONGEST} characters")
    return str(url)


def is_public(ip: str) -> bool:
    """Whether an address is anybody's; not a machine's own, a private network's or a cloud's own.

    >>> is_public("93.184.215.14"), is_public("169.254.169.254"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    >>> is_public("2606:4700::1111"), is_public("64:ff9b::169.254.169.254")
    (True, False)
    """
    at = ipaddress.ip_address(ip)
    at = getattr(at, "ipv4_mapped", None) or at
    if at.version == 6 and (at not in ANYBODYS or at in TUNNELLED):  # noqa: PLR2004 - IPv6
        return False
    return at.is_global and not at.is_multicast


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """What proves that a body comes from who knows the secret, and when it was sent.

    >>> signature("whsec_c2VjcmV0", "dlv_1", 1_773_734_400, b"{}")
    'v1,lbSRqn+TPtX5YqRwG+HYCJvlcWc6jcJFqdD5f3KThAs='
    """
    key = base64.b64decode(secret.removeprefix(SECRET))
    printed = hmac.new(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(printed).decode()}"


def secret_of(drawn: bytes) -> str:
    """A secret as it is told."""
    return SECRET + base64.b64encode(drawn).decode()


def _on_the_internet(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        parts = host.rstrip(".").split(".")
        return len(parts) > 1 and parts[-1] not in NOWHERE
