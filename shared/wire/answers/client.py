"""How answers look on a shop's pages, where anybody may be listening.

What is shown is listed, not what is hidden: the price and what each offer takes off, and of a voucher its code and its
worth. Nothing of a stored customer, no metadata, no campaign, no counts; of a refusal nothing but that it is one,
unless the project wants its shoppers to know more.
"""

from typing import Any

from shared.domain.checkout import Verdict
from shared.domain.errors import Reason
from shared.domain.redemptions import Told
from shared.wire.answers import redemptions, validations
from shared.wire.answers.parts import InPublic, Json, as_public, own_word, present

VALIDATION = ("id", "valid", "order", "tracking_id", "session", "stacking_rules")
REDEEMABLE = ("status", "id", "object", "order", "applicable_to", "inapplicable_to", "result")
QUALIFICATION = ("order", "tracking_id", "stacking_rules")
QUALIFIED = ("id", "object", "created_at", "order", "applicable_to", "inapplicable_to", "result")
RECORD = (
    *("id", "object", "date", "result", "status", "redemption", "tracking_id", "session"),
    *("related_object_type", "related_object_id", "amount", "gift"),
)
VOUCHER = ("id", "code", "object", "type", "discount", "gift")
PRIVATE = {"metadata", "customer", "customer_id", "referrer", "referrer_id"}


def _validation(of: Verdict) -> Json:
    said = validations.validation(of)
    lists = ("redeemables", "inapplicable_redeemables", "skipped_redeemables")
    shown = {name: [only(REDEEMABLE, one) for one in said[name]] for name in lists if name in said}
    return {**only(VALIDATION, said), **shown}


def _validation_alike(of: Verdict) -> Json:
    said = _validation(of)
    if of.valid and not of.inapplicable:
        return said
    if of.valid:  # what could not be used is told apart from what could, and by nothing else
        alike = [_alike(offer.named, of.checkout.request_id, offer.reasons[0]) for offer in of.inapplicable]
        return {**said, "inapplicable_redeemables": alike}
    reasons = {offer.named: offer.reasons[0] for offer in of.inapplicable}
    alike = [_alike(named, of.checkout.request_id, reasons.get(named)) for named in of.checkout.named]
    return {**only(VALIDATION, said), "redeemables": alike, "inapplicable_redeemables": alike}


def _redeemed(of: Told) -> Json:
    said = redemptions.redeemed(of)
    return present(
        redemptions=[_record(one) for one in said["redemptions"]],
        parent_redemption=_record(said["parent_redemption"]) if "parent_redemption" in said else None,
        order=_without_private(said.get("order")),
        inapplicable_redeemables=[only(REDEEMABLE, one) for one in said["inapplicable_redeemables"]],
        skipped_redeemables=[only(REDEEMABLE, one) for one in said["skipped_redeemables"]],
    )


def _redeemed_alike(of: Told) -> Json:
    said = _redeemed(of)
    alike = [_alike(offer.named, "", offer.reasons[0]) for offer in of.inapplicable]
    return {**said, "inapplicable_redeemables": alike}


def _record(of: Json) -> Json:
    voucher = of.get("voucher")
    return {
        **only(RECORD, of),
        **present(
            order=_without_private(of.get("order")),
            voucher={name: voucher[name] for name in VOUCHER if name in voucher} if voucher else None,
        ),
    }


def _alike(named: str, request_id: str, reason: Reason | None) -> Json:
    """The one refusal there is, whatever the reason and whether or not there is such an offer; a rule's own message is
    meant for whoever meets it, and is passed on.
    """
    public = as_public(reason)
    key, message = public.key, public.message
    error = present(
        code=400,
        key=key,
        message=message,
        details=message,
        request_id=request_id,
        resource_id=named,
        resource_type="voucher",
        error=own_word(public),
    )
    return {
        "status": "INAPPLICABLE",
        "id": named,
        "object": "voucher",
        "result": {"error": error, "details": {"key": key, "message": message}},
        "metadata": {},
    }


def only(names: tuple[str, ...], of: Json) -> Json:
    """The fields that are shown, without what is private inside them."""
    return {name: _without_private(of[name]) for name in names if name in of}


def _without_private(of: Any) -> Any:
    match of:
        case dict():
            return {name: _without_private(inner) for name, inner in of.items() if name not in PRIVATE}
        case list():
            return [_without_private(one) for one in of]
        case _:
            return of


validation = InPublic(_validation_alike, _validation)
"""What a page is told of a validation."""

redeemed = InPublic(_redeemed_alike, _redeemed)
"""What a page is told of a redemption; a refused one is an error, which is told alike where all errors are."""
