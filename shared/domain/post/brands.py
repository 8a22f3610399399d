"""A brand: whom a project's messages are from and how they look; every message template inherits it."""

import re
from decimal import Decimal
from email.utils import parseaddr, quote
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from shared.domain.calendar.residences import country_of
from shared.domain.model import Sent, Text
from shared.domain.post.deliveries import Channel
from shared.domain.post.languages import TAG, nearest

A_COLOR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
A_PICTURE = re.compile(
    r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?([/?#][a-z0-9!#$%&()*+,./:;=?@\[\]_~-]*)?", re.IGNORECASE
)
A_SENDER_ID = re.compile(r"(?=[a-z0-9]*[a-z])[a-z0-9]{1,11}", re.IGNORECASE | re.ASCII)
LONGEST_LINK = 2_000
DARK, LIGHT = "#000000", "#ffffff"


def _one_line(text: str) -> str:
    if not text.strip():
        raise ValueError("says nothing")
    if " ".join(text.split()) != text or not text.isprintable():
        raise ValueError("must be one line, without spaces around it")
    return text


def _a_color(text: str) -> str:
    if not A_COLOR.fullmatch(text):
        raise ValueError("is no colour like #1a2b3c")
    return text.lower()


def _a_picture(text: str) -> str:
    if not A_PICTURE.fullmatch(text):
        raise ValueError("is no address of a picture like https://shop.example/logo.png")
    return text


def _a_sender_id(text: str) -> str:
    if not A_SENDER_ID.fullmatch(text):
        raise ValueError("must be 1 to 11 letters and digits, a letter among them")
    return text


def _a_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic tells only ValueError to the caller
    return value


def _a_country(text: str) -> str:
    if country_of(text) != text:
        raise ValueError("is no country's code like IE")
    return text


def _a_language(text: str) -> str:
    if not TAG.fullmatch(text):
        raise ValueError("is no language tag like pt or pt-BR")
    return text


Line = Annotated[Text, Field(max_length=64), AfterValidator(_one_line)]
Address = Annotated[Text, Field(max_length=320), AfterValidator(_one_line)]
Color = Annotated[Text, AfterValidator(_a_color)]
Picture = Annotated[Text, Field(max_length=LONGEST_LINK), AfterValidator(_a_picture)]
Price = Annotated[
    Decimal,
    BeforeValidator(_a_number),
    Field(ge=0, le=1_000, max_digits=10, decimal_places=6),
    PlainSerializer(float, when_used="json"),
]
Country = Annotated[str, AfterValidator(_a_country)]
Language = Annotated[str, AfterValidator(_a_language)]


class Sender(Sent):
    """Who e-mails are from. What is left out is the deployment's own."""

    name: Line | None = None
    address: Address | None = None


class Colors(Sent):
    primary: Color | None = None
    """Of buttons and links."""
    background: Color | None = None
    text: Color | None = None

    @property
    def words(self) -> str | None:
        """What is written with: the text's own colour, else one that can be read on the background."""
        return self.text or (readable_on(self.background) if self.background else None)


class TextMessages(Sent):
    sender_id: Annotated[Text, AfterValidator(_a_sender_id)] | None = None
    """What a phone shows instead of a number, where the country allows it."""
    prices: Annotated[dict[Country, Price], Field(max_length=300)] = Field(default_factory=dict)
    """Of one part, by the country in which it is read."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    """Of the prices; SNS bills in dollars."""


class Brand(Sent):
    """What is left out of it is as templates say, and as the deployment's own sender is."""

    name: Line | None = None
    sender: Sender = Sender()
    reply_to: Address | None = None
    logo_url: Picture | None = None
    colors: Colors = Colors()
    footer: Text | Annotated[dict[Language, Text], Field(max_length=100)] | None = None
    """Stands below every e-mail; one text, or one in each language."""
    postal_address: Annotated[Text, Field(max_length=500)] | None = None
    sms: TextMessages = TextMessages()

    def footer_in(self, locale: str | None) -> str:
        """The footer in somebody's language; where it is not in that one, the first that there is."""
        if not isinstance(self.footer, dict):
            return self.footer or ""
        chosen = nearest(locale, self.footer)
        return self.footer[chosen] if chosen else next(iter(self.footer.values()), "")

    def facts(self, locale: str | None) -> dict[str, Any]:
        """What a template may say of it."""
        return {
            "name": self.name,
            "logo_url": self.logo_url,
            "footer": self.footer_in(locale) or None,
            "postal_address": self.postal_address,
            "reply_to": self.reply_to,
            "colors": self.colors.model_dump(),
        }

    def sender_of(self, channel: Channel, own: str) -> str | None:
        """Who a message is from, where that is not just the deployment's ``own`` sender.

        >>> brand = Brand(sender=Sender(name="Bücher & Co"), sms=TextMessages(sender_id="Buecher"))
        >>> brand.sender_of("email", "Shop <offers@example.com>"), brand.sender_of("sms", "")
        ('"Bücher & Co" <offers@example.com>', 'Buecher')
        """
        if channel != "email":
            return self.sms.sender_id if channel == "sms" else None
        own_name, own_address = parseaddr(own)
        name, address = self.sender.name or own_name, self.sender.address or own_address
        if self.sender == Sender() or not address:
            return None
        return f'"{quote(name)}" <{address}>' if name else address


def readable_on(color: str) -> str:
    """Black or white, whichever can be read better on a colour.

    Source: Web Content Accessibility Guidelines 2.2, relative luminance and contrast ratio.

    >>> readable_on("#ffffff"), readable_on("#0b5fff"), readable_on("#ffd400")
    ('#000000', '#ffffff', '#000000')
    """
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts)  # noqa: PLR2004
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return DARK if (luminance + 0.05) ** 2 >= 1.05 * 0.05 else LIGHT
