"""Everything the engine can refuse, as one tree.

PromotionError                  400
├── InvalidPayload              400  the request is malformed; ``details`` names the field
├── Unauthorized                401  no key, a wrong key, or a key of another side
├── NotFound                    404  no such voucher, campaign, redemption, …
├── MethodNotAllowed            405  the path exists, the verb does not
├── TooManyRequests             429  asked too often; ``retry_after`` says when to ask again
├── Conflict                    409  the state is not the one the request needs
│   ├── Duplicate               409  something of that name or code exists already
│   └── Busy                    409  others kept changing the same things; ask again
└── Refused                     400  an offer may not be used; carries every Reason

The HTTP status of each is decided in one place, ``shared.runtime.api``, by nearest ancestor.
"""

from typing import NamedTuple


class Reason(NamedTuple):
    """One way in which a redeemable fails, under a key that callers may rely on."""

    key: str
    message: str
    own: bool = False
    """Whether the message is the shop's own word about it, which is passed on to everybody."""


class PromotionError(Exception):
    """A refusal that the caller can act on; never a bug, never an outage."""

    def __init__(
        self,
        key: str,
        message: str,
        *,
        details: str = "",
        resource_id: str | None = None,
        resource_type: str | None = None,
    ) -> None:
        super().__init__(message)
        self.key = key
        self.message = message
        self.details = details
        self.resource_id = resource_id
        self.resource_type = resource_type


class InvalidPayload(PromotionError):
    """The request is not one that the contract knows; ``details`` begins with the field's path."""

    def __init__(self, details: str) -> None:
        super().__init__("invalid_payload", "Invalid payload", details=details)


class Unauthorized(PromotionError):
    def __init__(self) -> None:
        super().__init__(
            "unauthorized", "Unauthorized", details="The key pair is missing, wrong, revoked or not for this path."
        )


class NotFound(PromotionError):
    """There is no such thing, whatever kind of thing it is."""

    def __init__(self, resource_type: str, resource_id: str) -> None:
        super().__init__(
            "not_found",
            "Resource not found",
            details=f"Cannot find {resource_type} with id {resource_id}",
            resource_id=resource_id,
            resource_type=resource_type,
        )


class MethodNotAllowed(PromotionError):
    def __init__(self, method: str, allowed: str) -> None:
        super().__init__("method_not_allowed", "Method not allowed", details=f"{method} is not one of {allowed}")


class TooManyRequests(PromotionError):
    """Asked too often; ``retry_after`` seconds from now it is welcome again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "too_many_requests", "Too many requests", details=f"please ask again in {retry_after} s, not before"
        )
        self.retry_after = retry_after


class Conflict(PromotionError):
    """The state is not the one that the request needs."""


class Duplicate(Conflict):
    """Something of that name or code exists already."""

    def __init__(self, resource_type: str, resource_id: str) -> None:
        super().__init__(
            "duplicate_found",
            "Duplicate resource found",
            details=f"{resource_type} {resource_id} already exists",
            resource_id=resource_id,
            resource_type=resource_type,
        )


class Busy(Conflict):
    """Others kept changing the same things while this request was decided; nothing was written."""

    def __init__(self) -> None:
        super().__init__("multiple_requests", "Multiple requests", details="Too much at once on this; please ask again")


class Moved(Exception):
    """The facts changed between gathering and commit; nothing was written. Gather and decide again."""


class Refused(PromotionError):
    """An offer may not be used; ``reasons`` are all that was found, the first gives the key."""

    def __init__(self, *reasons: Reason, resource_id: str | None = None, resource_type: str | None = None) -> None:
        first = reasons[0]
        super().__init__(first.key, first.message, resource_id=resource_id, resource_type=resource_type)
        self.reasons = reasons
