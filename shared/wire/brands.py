"""What may be said of a brand; its addresses are such as a mail can have."""

from email.utils import parseaddr

from shared.domain.errors import InvalidPayload
from shared.domain.post import brands
from shared.domain.post.brands import Brand
from shared.wire.body import Created
from shared.wire.customers import Email


class Sender(brands.Sender):
    address: Email | None = None


class BrandBody(Created, Brand):
    """A brand, whole: what is left out, or null, it has not."""

    sender: Sender = Sender()
    reply_to: Email | None = None

    @property
    def brand(self) -> Brand:
        return Brand.model_validate(self.model_dump())


def refuse_strange_sender(brand: Brand, own: str) -> None:
    """Raise for a sender of another domain than that of the deployment's ``own``, which alone is proven to be the
    shop's: such mails would be refused, each at its customer's birthday.

    Raises:
        InvalidPayload: naming the path.
    """
    proven = _domain(parseaddr(own)[1])
    if brand.sender.address and proven and _domain(brand.sender.address) != proven:
        raise InvalidPayload(f"sender.address: mails leave in the name of {proven} alone")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
