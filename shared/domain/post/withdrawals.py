"""What takes back a message that waits, because its customer was faster: what it offers was accepted or declined, was
redeemed, or they have bought already. This is asked when that happens, so that no queue carries what will not leave;
the sender asks again, and has the last word.
"""

from typing import NamedTuple

from shared.domain.post.contact_policy import Contacts
from shared.domain.post.deliveries import Delivery
from shared.domain.publications import Publication, Response, Word
from shared.domain.summaries import Summary
from shared.domain.vouchers import Voucher

SAID: dict[Word, str] = {"ACCEPTED": "accepted", "DECLINED": "declined"}


class Waiting(NamedTuple):
    """A message that waits, with what is known of its offer and its customer."""

    delivery: Delivery
    publication: Publication | None = None
    """The one that gives its code, once there is one."""
    vouchers: tuple[Voucher, ...] = ()
    """What that gives."""
    heard: Response | None = None
    """The customer's latest word to any offer of its campaign."""
    summary: Summary = Summary()

    @property
    def overtaken(self) -> str | None:
        """Why it is of no use any more; None where it may be.

        A word to another publication of its campaign counts from the moment at which the message began: what was said
        to last year's offer says nothing of this year's. The uses of a code that many have tell nothing of one of them.
        """
        since, asked = self.delivery.created_at, self.delivery.asked
        own = self.publication.response if self.publication else None
        word = own or (self.heard if self.heard and self.heard.at >= since else None)
        if word:
            return SAID[word.response]
        if any(voucher.is_unique and voucher.redeemed_quantity for voucher in self.vouchers):
            return "redeemed"
        if asked and asked.unless_ordered and self.summary.last and self.summary.last.at >= since:
            return "already_bought"
        return None


def given_back(contacts: Contacts, delivery: Delivery) -> Contacts:
    """The messages to a customer without one that was about to leave, and will not."""
    place = (delivery.contact_at, delivery.channel)
    own = next((it for it in contacts.sent if (it.at, it.channel) == place), None)
    return contacts.model_copy(update={"sent": tuple(it for it in contacts.sent if it is not own)})
