"""What a message would say, written as those are that leave; its link leads nowhere."""

from shared.delivery.sms_parts import parts_of
from shared.delivery.wording import what_failed
from shared.delivery.writing import SAMPLE, facts_of, written
from shared.domain.errors import PromotionError
from shared.domain.post.addresses import addresses_of
from shared.domain.post.brands import Brand
from shared.domain.post.deliveries import Message, NeverTaken
from shared.domain.post.previews import Cost, Texted
from shared.storage.brands import BrandStore
from shared.storage.table import Table
from shared.usecases.previews import Letter


def write(table: Table, project: str, letter: Letter) -> tuple[Message, Texted | None]:
    """The message that would be, and what it comes to if it is a text message.

    Raises:
        PromotionError: ``template_failed``, if it cannot be written.
    """
    template, customer, home = letter.template, letter.customer, letter.project.zone
    today = letter.at.astimezone(customer.residence.zone(home)).date()
    years = {"years": today.year - customer.born.year} if customer.born else {}
    occasion = {"type": "BIRTHDAY", "name": template.name, "day": today.isoformat(), **years}
    facts = facts_of(customer, letter.voucher, letter.campaign, occasion, SAMPLE["unsubscribe_url"], home=home)
    brand = BrandStore(table, project).now()
    try:
        message = written(
            template,
            channel=template.channel,
            to=addresses_of(customer).get(template.channel, ""),
            locale=letter.locale,
            facts=facts,
            brand=brand,
            purpose=letter.purpose,
        )
    except NeverTaken as failure:
        raise PromotionError(
            str(failure),
            "Template failed",
            details=what_failed(failure.__cause__) if isinstance(failure.__cause__, Exception) else "",
            resource_id=template.id,
            resource_type="message_template",
        ) from None
    return message, _texted(message, brand) if template.channel == "sms" else None


def _texted(message: Message, brand: Brand) -> Texted:
    encoding, characters, parts = parts_of(message.text)
    price = brand.sms.prices.get(_country(message.to))
    return Texted(encoding, characters, parts, None if price is None else Cost(parts * price, brand.sms.currency))


def _country(number: str) -> str:
    """Where a phone number is at home; a few have none."""
    from phonenumbers import NumberParseException, parse, region_code_for_number  # noqa: PLC0415

    try:
        return region_code_for_number(parse(number)) or ""
    except NumberParseException:
        return ""
