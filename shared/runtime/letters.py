"""What a message says: its template, filled in with what is known of whom it is for."""

from os import environ

from shared.delivery.writing import facts_of, written
from shared.domain.calendar.occasions import occasion_facts
from shared.domain.post.deliveries import Delivery, Message
from shared.domain.post.links import Unsubscription
from shared.runtime.channels import unsubscribe_url
from shared.storage.brands import BrandStore
from shared.storage.table import Table
from shared.usecases.deliver import Letter


def write(table: Table, project: str, letter: Letter) -> Message:
    """The message of a letter; whoever gets marketing can end it by a link.

    Raises:
        NeverTaken: if it cannot be written.
    """
    customer, home, its = letter.customer, letter.home, letter.delivery
    channel = letter.template.channel
    link = unsubscribe_url(table, Unsubscription(project, customer.id, channel, its.purpose, its.id))
    schedule = letter.schedule
    occasion = occasion_facts(schedule, customer, its.day, home=home) if schedule and its.day else {}
    facts = facts_of(customer, letter.voucher, letter.published.campaign, occasion, link, home=home)
    message = written(
        letter.template,
        channel=channel,
        to=letter.to,
        locale=customer.profile.locale,
        facts=facts,
        brand=BrandStore(table, project).now(),
        purpose=its.purpose,
        own_sender=environ["SENDER"],
    )
    return message._replace(delivery_id=its.id, project=project)


def line_of(delivery: Delivery) -> dict[str, str | None]:
    """What a log says of a delivery besides its status: nothing of whom it is for."""
    cause = {"trigger": "ON_DEMAND"} if delivery.asked else {"occasion": delivery.occasion}
    return {**cause, "channel": delivery.channel, "reason": delivery.reason}
