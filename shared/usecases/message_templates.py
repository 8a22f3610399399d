"""Make message templates, change them, forget them. One of which no message can be written is never kept."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from shared.domain.errors import InvalidPayload
from shared.domain.post.templates import MessageTemplate
from shared.usecases import judged_anew

Refuse = Callable[[MessageTemplate], None]
"""Raises InvalidPayload, naming the path and the line, for a template of which no message can be written."""


class Templates(Protocol):
    def get(self, id_: str) -> MessageTemplate: ...
    def add(self, template: MessageTemplate) -> None: ...
    def save(self, template: MessageTemplate) -> None: ...
    def remove(self, template: MessageTemplate) -> None: ...


@judged_anew
def make_template(template: MessageTemplate, *, templates: Templates, refuse_unwritable: Refuse) -> MessageTemplate:
    """Keep a new template."""
    refuse_unwritable(template)
    templates.add(template)
    return template


@judged_anew
def change_template(
    id_: str, changes: Mapping[str, Any], *, at: datetime, templates: Templates, refuse_unwritable: Refuse
) -> MessageTemplate:
    """Change what a template says; messages follow within 5 seconds.

    Raises:
        NotFound: no such template; InvalidPayload: if it would be for another channel.
    """
    known = templates.get(id_)
    if changes.get("channel", known.channel) != known.channel:
        raise InvalidPayload(f"channel: a template stays what it was made for, {known.channel}")
    template = known.changed(**changes, at=at)
    refuse_unwritable(template)
    templates.save(template)
    return template


@judged_anew
def delete_template(id_: str, *, templates: Templates) -> None:
    """Forget a template. Schedules go on naming it, and write nothing with it.

    Raises:
        NotFound: no such template.
    """
    templates.remove(templates.get(id_))
