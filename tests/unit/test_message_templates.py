"""A template is tried before it is kept; what is tried and found wanting changes nothing."""

from datetime import UTC, datetime

import pytest

from shared.domain.errors import InvalidPayload, Moved, NotFound
from shared.domain.post.links import Unsubscription, wish_of
from shared.domain.post.templates import MessageTemplate
from shared.usecases.message_templates import change_template, delete_template, make_template

AT = datetime(2026, 3, 17, tzinfo=UTC)
TEMPLATE = MessageTemplate(id="tmpl_1", name="Birthday", channel="sms", body="Hi", created_at=AT)


class Kept:
    """Templates in memory; the first change finds that somebody else was faster."""

    def __init__(self, *templates: MessageTemplate) -> None:
        self.templates = {it.id: it for it in templates}
        self.overtaken = 1

    def get(self, id_: str) -> MessageTemplate:
        if id_ not in self.templates:
            raise NotFound("message_template", id_)
        return self.templates[id_]

    def add(self, template: MessageTemplate) -> None:
        self.templates[template.id] = template

    def save(self, template: MessageTemplate) -> None:
        if self.overtaken:
            self.overtaken = 0
            self.templates[template.id] = self.templates[template.id].model_copy(update={"name": "Renamed"})
            raise Moved
        self.templates[template.id] = template

    def remove(self, template: MessageTemplate) -> None:
        del self.templates[template.id]


def refuse(template: MessageTemplate) -> None:
    if template.body == "{{":
        raise InvalidPayload("body: line 1: …")


def test_a_template_of_which_no_message_can_be_written_is_never_kept() -> None:
    kept, broken = Kept(), TEMPLATE.model_copy(update={"body": "{{"})
    with pytest.raises(InvalidPayload):
        make_template(broken, templates=kept, refuse_unwritable=refuse)
    assert kept.templates == {}
    assert make_template(TEMPLATE, templates=kept, refuse_unwritable=refuse) == TEMPLATE
    with pytest.raises(InvalidPayload):
        change_template("tmpl_1", {"body": "{{"}, at=AT, templates=kept, refuse_unwritable=refuse)
    assert kept.templates == {"tmpl_1": TEMPLATE}


def test_a_change_is_made_of_what_there_is_by_then() -> None:
    kept = Kept(TEMPLATE)
    changed = change_template("tmpl_1", {"body": "Ho"}, at=AT, templates=kept, refuse_unwritable=refuse)
    assert (changed.name, changed.body, changed.updated_at) == ("Renamed", "Ho", AT)
    assert kept.templates == {"tmpl_1": changed}


def test_a_template_stays_what_it_was_made_for() -> None:
    kept = Kept(TEMPLATE)
    with pytest.raises(InvalidPayload) as refused:
        change_template("tmpl_1", {"channel": "email"}, at=AT, templates=kept, refuse_unwritable=refuse)
    assert refused.value.details == "channel: a template stays what it was made for, sms"
    assert kept.templates == {"tmpl_1": TEMPLATE}


def test_what_is_deleted_is_gone() -> None:
    kept = Kept(TEMPLATE)
    delete_template("tmpl_1", templates=kept)
    with pytest.raises(NotFound):
        delete_template("tmpl_1", templates=kept)


WISH = Unsubscription("p", "cust_1", "email", "marketing")


@pytest.mark.parametrize(
    "other",
    [
        WISH._replace(project="q"),
        WISH._replace(customer_id="cust_2"),
        WISH._replace(channel="sms"),
        WISH._replace(purpose="transactional"),
    ],
)
def test_a_link_is_good_for_what_it_was_made_for_and_nothing_else(other: Unsubscription) -> None:
    token = WISH.token(b"seal")
    assert wish_of(token) == WISH
    assert WISH.is_meant_by(token, b"seal")
    assert not WISH.is_meant_by(token, b"another")
    assert not other.is_meant_by(token, b"seal")


@pytest.mark.parametrize("token", ["", "x", "é", "AAAA", "=" * 40, "A" * 2_000, WISH.token(b"seal")[:-30]])
def test_whatever_else_a_link_says_it_means_nothing(token: str) -> None:
    assert wish_of(token) is None
