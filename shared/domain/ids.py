"""Ids: what kind of thing they name, and of what they are made.

An id that must be found again from something the caller knows (a code, a ``source_id``) is derived from it;
every other id is an instant and chance, drawn at the edge and handed in.
"""

import hashlib
from datetime import datetime

from shared.domain.codes import normal_form


def hash_of(*parts: str) -> str:
    """16 hex digits (64 bits) that stand for the parts, the same for ever.

    Among a hundred million codes two share a hash with a chance of 3 in 10,000 (n²/2^65); the later one would
    then be refused as a duplicate, never confused with the earlier.

    >>> hash_of("proj_sandbox", "SPRING-1")
    'e7694c16e43db1b2'
    """
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def code_hash(project: str, code_or_id: str) -> str:
    """The hash under which a voucher is kept, from its code in any spelling or from its id.

    >>> code_hash("p", " spring-1 ") == code_hash("p", "SPRING-1") == code_hash("p", voucher_id("p", "Spring-1"))
    True
    """
    if code_or_id.startswith("v_") and _is_hash(code_or_id[2:]):
        return code_or_id[2:]
    return hash_of(project, "code", normal_form(code_or_id))


def voucher_id(project: str, code: str) -> str:
    return f"v_{hash_of(project, 'code', normal_form(code))}"


def derived(prefix: str, project: str, *parts: str) -> str:
    """The id of a thing that the caller can name again.

    >>> derived("cust", "p", "household-7") == derived("cust", "p", "household-7")
    True
    """
    return f"{prefix}_{hash_of(project, prefix, *parts)}"


def timed(prefix: str, at: datetime, chance: str, *, of: str = "") -> str:
    """A new id that sorts by its instant: ``{prefix}_{of}{milliseconds, 12 hex}{chance}``."""
    return f"{prefix}_{of}{int(at.timestamp() * 1000) & 0xFFFF_FFFF_FFFF:012x}{chance}"


def _is_hash(text: str) -> bool:
    return len(text) == 16 and all(character in "0123456789abcdef" for character in text)  # noqa: PLR2004
