"""A message template: what a message says, in each language; Liquid, and in e-mails MJML or plain text."""

from pydantic import Field

from shared.domain.deliveries import Carried
from shared.domain.model import Frozen, Instant, Name, Text


class Words(Frozen):
    subject: Text = ""
    body: str
    """At most 100,000 characters."""


class MessageTemplate(Frozen):
    id: str
    name: Name
    channel: Carried
    subject: Text = ""
    body: str
    locales: dict[str, Words] = Field(default_factory=dict)
    """By language tag, ``pt-BR`` or ``pt``; the template's own words are for everybody else."""
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1
