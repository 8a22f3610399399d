"""A message template: what a message says, in each language; Liquid, and in e-mails MJML or plain text."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import Field

from shared.domain.errors import InvalidPayload
from shared.domain.model import Frozen, Instant, LongText, Name, Sent, Text
from shared.domain.post.deliveries import Channel
from shared.domain.post.languages import TAG, nearest

MOST_LOCALES = 100
LARGEST = 256 * 1024
"""Bytes of all its words together as JSON; an item of the table holds 400 KB in all."""
NAMELESS = {
    "de": "liebe Kundin, lieber Kunde",
    "en": "friend",
    "es": "cliente",
    "fi": "ystävä",
    "fr": "chère cliente, cher client",
    "ga": "a chara",
    "it": "cliente",
    "nl": "klant",
    "pt": "cliente",
    "sv": "vän",
    "tr": "dostum",
}
"""What somebody without a name is called, by the language of the words; in one that is not here, as in English."""


class Words(Sent):
    subject: Text = ""
    body: LongText


class Chosen(NamedTuple):
    """The words for somebody, and the language that they are in, as far as that is known."""

    subject: str
    body: str
    language: str | None
    tag: str | None = None
    """Under which of the template's languages they stand; None of its own words."""

    @property
    def nameless(self) -> str:
        """What somebody without a name is called."""
        return NAMELESS.get(self.language or "", NAMELESS["en"])


class MessageTemplate(Frozen):
    id: str
    name: Name
    channel: Channel
    subject: Text = ""
    body: LongText
    locales: dict[str, Words] = Field(default_factory=dict)
    """By language tag, ``pt-BR`` or ``pt``; the template's own words are for everybody else."""
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1

    def chosen(self, locale: str | None) -> Chosen:
        """The words for somebody: in their language as it is spoken there, in their language, or its own."""
        language = (locale or "").replace("_", "-").lower().partition("-")[0]
        if tag := nearest(locale, self.locales):
            return Chosen(self.locales[tag].subject, self.locales[tag].body, language, tag)
        return Chosen(self.subject, self.body, language)

    def every(self) -> Iterator[tuple[str, str, str]]:
        """Its subject and body, then those of each language; each after the path at which they stand."""
        yield "", self.subject, self.body
        for tag, words in self.locales.items():
            yield f"locales.{tag}.", words.subject, words.body

    def changed(self, *, at: datetime, **fields: Any) -> "MessageTemplate":
        """The template with these fields, judged anew."""
        return MessageTemplate.model_validate({**self.model_dump(), **fields, "updated_at": at})


def refuse_misshapen(template: MessageTemplate) -> None:
    """Raise for a template that no channel would take, whatever it says.

    Raises:
        InvalidPayload: naming the path.
    """
    if len(template.locales) > MOST_LOCALES:
        raise InvalidPayload(f"locales: more than {MOST_LOCALES} languages")
    seen = set[str]()
    for tag in template.locales:
        if not TAG.fullmatch(tag):
            raise InvalidPayload(f"locales.{tag[:40]}: is not a language tag, as pt or pt-BR")
        if tag.lower() in seen:
            raise InvalidPayload(f"locales.{tag}: this language is there twice")
        seen.add(tag.lower())
    for path, subject, body in template.every():
        if not body.strip():
            raise InvalidPayload(f"{path}body: says nothing")
        if template.channel == "email" and not subject.strip():
            raise InvalidPayload(f"{path}subject: an e-mail needs one")
        if template.channel == "sms" and subject:
            raise InvalidPayload(f"{path}subject: a text message has none")
    size = len(json.dumps([*template.every()], ensure_ascii=False).encode())
    if size > LARGEST:
        raise InvalidPayload(f"body: {size} bytes of JSON in all languages together are more than {LARGEST}")
