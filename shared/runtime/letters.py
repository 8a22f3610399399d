"""What a message says: its template, filled in with what is known of whom it is for."""

from shared.delivery.writing import facts_of, written
from shared.domain.deliveries import Message
from shared.domain.occasions import occasion_facts
from shared.runtime.channels import public_url
from shared.usecases.deliver import Letter


def write(letter: Letter) -> Message:
    """The message of a letter.

    Raises:
        NeverTaken: if it cannot be written.
    """
    customer, home = letter.customer, letter.home
    occasion = occasion_facts(letter.schedule, customer, letter.delivery.day, home=home)
    [voucher] = letter.published.vouchers
    facts = facts_of(customer, voucher, letter.published.campaign, occasion, public_url(), home=home)
    return written(
        letter.template,
        channel=letter.template.channel,
        to=letter.to,
        locale=customer.profile.locale,
        facts=facts,
    )
