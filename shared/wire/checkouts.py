"""What a validation and a redemption may say."""

from typing import Annotated, Literal

from pydantic import Field

from shared.domain.checkout import Checkout, Lock
from shared.domain.codes import Code
from shared.domain.model import Metadata, Text
from shared.domain.money import Amount
from shared.domain.orders import Order
from shared.wire.body import Created
from shared.wire.customers import CustomerBody


class GiftCredits(Created):
    credits: Amount | None = None


class NamedRedeemable(Created):
    object: Literal["voucher"] = "voucher"
    id: Code
    gift: GiftCredits | None = None


class CheckoutBody(Created):
    """A validation or a redemption."""

    redeemables: Annotated[tuple[NamedRedeemable, ...], Field(min_length=1, max_length=1_000)]
    order: Order | None = None
    customer: CustomerBody | None = None
    session: Lock | None = None
    metadata: Metadata | None = None
    tracking_id: Text | None = None
    explain: Annotated[bool, Field(strict=True)] = False

    def checkout(self, *, request_id: str, asked_by: str) -> Checkout:
        """What is asked; a session that brought no key is named after the request."""
        session = self.session
        if session and session.key is None:
            session = session.model_copy(update={"key": f"ssn_{request_id.removeprefix('v-')}"})
        named = tuple(redeemable.id for redeemable in self.redeemables)
        wanted = {
            redeemable.id: redeemable.gift.credits
            for redeemable in self.redeemables
            if redeemable.gift and redeemable.gift.credits is not None
        }
        return Checkout(
            named,
            self.order,
            self.customer,
            session,
            self.metadata,
            self.tracking_id,
            request_id,
            credits=wanted,
            asked_by=asked_by,
            explain=self.explain,
        )
