"""What every answer is built of: a field without a value is absent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.domain.errors import (
    Conflict,
    InvalidPayload,
    PromotionError,
    Reason,
    Refused,
    TooManyRequests,
    Unauthorized,
)

if TYPE_CHECKING:  # a function that promises nothing need not load it
    from shared.domain.actions import AsyncAction

Json = dict[str, Any]


def present(**fields: Any) -> Json:
    """The fields that have a value.

    >>> present(code="MUG", category=None)
    {'code': 'MUG'}
    """
    return {name: value for name, value in fields.items() if value is not None}


def listed(ref: str, things: list[Json], **more: Any) -> Json:
    return {"object": "list", "data_ref": ref, ref: things, **more}


class Accepted(dict[str, Any]):
    """An answer that is a promise: HTTP 202."""


def promised(of: AsyncAction) -> Json:
    """Where to ask how the work goes."""
    return Accepted(async_action_id=of.id)


def announced(of: AsyncAction) -> Json:
    """The same, where the contract has HTTP 200: after a CSV import."""
    return {"async_action_id": of.id}


def error(of: PromotionError, *, status: int, request_id: str) -> Json:
    """An error, as every refusal of this API looks."""
    reasons: Iterable[Reason] = of.reasons if isinstance(of, Refused) else ()
    details = next((reason.message for reason in reasons), "") if isinstance(of, Refused) and not of.details else ""
    return present(
        code=status,
        key=of.key,
        message=of.message,
        details=of.details or details,
        request_id=request_id,
        resource_id=of.resource_id,
        resource_type=of.resource_type,
        error=next((own_word(reason) for reason in reasons), None),
    )


def own_word(reason: Reason) -> Json | None:
    """What a shop wants to be said of a refusal; none where it left that to us."""
    return {"message": reason.message} if reason.own else None


class InPublic(NamedTuple):
    """How an answer looks where anybody may be listening: refusals alike, or in detail where the project says so."""

    alike: Callable[[Any], Any]
    detailed: Callable[[Any], Any]


ABOUT_THE_REQUEST = ("invalid_redeemables", "duplicated_redeemables")
NOT_APPLICABLE = Reason("not_applicable", "This offer is not applicable")


def in_public(of: PromotionError) -> PromotionError:
    """A refusal as a shop's pages are told it. What is wrong with the request is said; why an offer may not be used is
    not, nor whether there is one, nor under which id it was recorded: the answer to every guess is the same.
    """
    told = isinstance(of, InvalidPayload | Unauthorized | TooManyRequests | Conflict) or of.key in ABOUT_THE_REQUEST
    return of if told else Refused(as_public(of.reasons[0] if isinstance(of, Refused) else None))


def as_public(reason: Reason | None) -> Reason:
    """The reason that anybody is told: the one there is, in the shop's own words where its rule has some."""
    return NOT_APPLICABLE._replace(message=reason.message, own=True) if reason and reason.own else NOT_APPLICABLE
