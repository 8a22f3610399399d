"""Origins: the sites whose pages may use a client's key, as a browser names them."""

import re
from collections.abc import Iterable

ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::(?P<port>\d{1,5}|\*))?"
)
DEFAULT_PORTS = {"http": "80", "https": "443"}
LONGEST = 300


def origin_of(text: str) -> str:
    """An origin in the one spelling that browsers use; the port ``*`` stands for any.

    Raises:
        ValueError: for what no browser would send: a path, no scheme, ``null``, a star for the host.

    >>> origin_of(" HTTPS://Shop.Example:443 "), origin_of("http://localhost:*")
    ('https://shop.example', 'http://localhost:*')
    """
    spelled = text.strip().lower()
    found = ORIGIN.fullmatch(spelled) if len(spelled) <= LONGEST else None
    if found is None:
        raise ValueError(f"{text[:LONGEST]!r} is not an origin, like https://shop.example or http://localhost:3000")
    standard = found["port"] == DEFAULT_PORTS[found["scheme"]]
    return spelled.removesuffix(f":{found['port']}") if standard else spelled


def admits(allowed: Iterable[str], origin: str | None) -> bool:
    """Whether a page of this origin is welcome; one that does not say where it comes from is not.

    >>> admits(["https://shop.example"], "https://shop.example"), admits(["https://shop.example"], None)
    (True, False)
    >>> admits(["http://localhost:*"], "http://localhost:3000"), admits(["http://localhost:*"], "http://localhost")
    (True, True)
    """
    try:
        named = origin_of(origin or "")
    except ValueError:
        return False
    scheme, _, rest = named.partition("://")
    host = (
        rest if rest.endswith("]") else rest.partition(":")[0] if not rest.startswith("[") else rest.rpartition(":")[0]
    )
    return "*" not in named and not {named, f"{scheme}://{host}:*"}.isdisjoint(allowed)
