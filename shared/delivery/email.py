"""E-mail, by SESv2."""

from email.header import Header
from email.utils import formataddr, unquote
from typing import Any, Protocol

import idna

from shared.delivery.channels import one_attempt
from shared.domain.post.deliveries import Message, NeverTaken


class SesV2(Protocol):
    def send_email(self, **said: Any) -> dict[str, Any]: ...


class Email:
    """Sends as one sender, without whom nothing leaves; what becomes of its mails is told by the configuration set."""

    def __init__(self, client: SesV2, sender: str, configuration_set: str | None = None) -> None:
        self._client = client
        self._sender = sender
        self._settings = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send(self, message: Message) -> str:
        """Hand a message over, in one attempt; what SES calls it.

        Raises:
            NotTaken, NeverTaken, PerhapsTaken: see ``channels``.
        """
        sender = message.sender or self._sender
        if not sender:
            raise NeverTaken("no_sender")
        said: dict[str, Any] = {
            "FromEmailAddress": mailbox(sender),
            "Destination": {"ToAddresses": [in_ascii(message.to)]},
            "Content": {"Simple": _simple(message)},
            **self._settings,
        }
        if message.reply_to:
            said["ReplyToAddresses"] = [mailbox(message.reply_to)]
        if tags := _tags(message):
            said["EmailTags"] = [{"Name": name, "Value": value} for name, value in tags.items()]
        with one_attempt():
            told: str = self._client.send_email(**said)["MessageId"]
        return told


def mailbox(said: str) -> str:
    """A name and an address as SES takes them, in nothing but ASCII (RFC 2047).

    >>> mailbox("Shop <offers@example.com>"), mailbox("offers@example.com")
    ('Shop <offers@example.com>', 'offers@example.com')
    >>> mailbox("Café, Zoë <offers@café.example>")
    '=?utf-8?b?Q2Fmw6ksIFpvw6s=?= <offers@xn--caf-dma.example>'

    Raises:
        NeverTaken: if the address cannot be written so.
    """
    before, _, address = said.strip().removesuffix(">").rpartition("<")
    name = unquote(before.strip())  # a comma in it is no second address, quoted or not
    if not name.isascii():
        return f"{Header(name, 'utf-8', maxlinelen=75).encode(linesep='')} <{in_ascii(address)}>"
    return formataddr((name, in_ascii(address)))


def in_ascii(address: str) -> str:
    """An address as SES takes one: its domain in Punycode. What stands before the @ has no such form.

    >>> in_ascii("ann@bücher.example"), in_ascii("ann@example.com")
    ('ann@xn--bcher-kva.example', 'ann@example.com')

    Raises:
        NeverTaken: if it cannot be written so.
    """
    local, _, domain = address.rpartition("@")
    try:
        written = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise NeverTaken("address_refused") from None
    if not local.isascii():
        raise NeverTaken("address_refused")
    return f"{local}@{written}"


def _tags(message: Message) -> dict[str, str]:
    """What SES repeats when it tells what became of a mail."""
    tags = {"delivery": message.delivery_id, "project": message.project}
    return {name: value for name, value in tags.items() if value}


def _simple(message: Message) -> dict[str, Any]:
    parts = {"Text": message.text, "Html": message.html}
    return {
        "Subject": _utf8(message.subject),
        "Body": {name: _utf8(part) for name, part in parts.items() if part is not None},
        "Headers": [{"Name": name, "Value": value} for name, value in _headers(message).items()],
    }


def _headers(message: Message) -> dict[str, str]:
    """What lets a mail program unsubscribe with one click (RFC 8058)."""
    if message.unsubscribe_url is None:
        return {}
    return {"List-Unsubscribe": f"<{message.unsubscribe_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
