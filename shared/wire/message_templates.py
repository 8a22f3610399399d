"""What may be said of a message template; whether messages can be written with it is tried where it is saved."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.domain.model import LongText, Name, Text
from shared.domain.post.deliveries import Channel
from shared.domain.post.templates import MessageTemplate, Words
from shared.wire.body import Body, Created


class TemplateBody(Created):
    """A new template."""

    name: Name
    channel: Channel
    subject: Text = ""
    body: LongText
    locales: dict[str, Words] = Field(default_factory=dict)

    def template(self, id_: str, *, at: datetime) -> MessageTemplate:
        said = {name: getattr(self, name) for name in TemplateBody.model_fields}
        return MessageTemplate(id=id_, created_at=at, **said)


class TemplateChange(Body):
    """What changes of a template: ``locales`` are replaced as a whole, and cleared by a null; any other null says
    nothing.
    """

    name: Name | None = None
    channel: Channel | None = None
    subject: Text | None = None
    body: LongText | None = None
    locales: dict[str, Words] | None = None

    def said(self) -> dict[str, Any]:
        """The fields that change."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        cleared: dict[str, Any] = {"locales": {}} if "locales" in said and self.locales is None else {}
        return {**{name: value for name, value in said.items() if value is not None}, **cleared}
