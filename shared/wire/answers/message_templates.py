"""How message templates look."""

from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.domain.post.templates import MessageTemplate
from shared.wire.answers.parts import Json, listed, present


def template(of: MessageTemplate) -> Json:
    return present(
        id=of.id,
        name=of.name,
        channel=of.channel,
        subject=of.subject or None,
        body=of.body,
        locales={tag: present(subject=words.subject or None, body=words.body) for tag, words in of.locales.items()}
        or None,
        created_at=iso(of.created_at),
        updated_at=of.updated_at and iso(of.updated_at),
        object="message_template",
    )


def templates(of: Listed[MessageTemplate]) -> Json:
    return listed("data", [template(one) for one in of.things], total=of.total, has_more=of.more)
