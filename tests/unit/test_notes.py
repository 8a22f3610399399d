"""What is for an app or a page: a title and plain text, neither longer than what brings it there takes."""

import pytest

from shared.delivery.writing import SAMPLE, refuse_unwritable, written
from shared.domain.errors import InvalidPayload
from shared.domain.post.templates import MessageTemplate
from tests.unit.values import AT

CHANNELS = ("push", "web")


def template(channel: str, **said: object) -> MessageTemplate:
    its = {"subject": "Hi {{ customer.first_name }}", "body": "{{ voucher.code }}", **said}
    return MessageTemplate.model_validate({"id": "tmpl_1", "name": "A", "channel": channel, "created_at": AT, **its})


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_note_is_a_title_and_a_text_and_how_to_end_them(channel: str) -> None:
    note = written(template(channel), channel=channel, to="cust_1", locale=None, facts=SAMPLE)  # type: ignore[arg-type]
    assert (note.to, note.subject, note.text, note.html) == ("cust_1", "Hi Ann", SAMPLE["voucher"]["code"], None)
    assert note.unsubscribe_url == SAMPLE["unsubscribe_url"]
    assert (note.sender, note.reply_to) == (None, None)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    "said",
    [
        {"subject": "x" * 200, "body": "é" * 2_048},
        {"subject": "", "body": "x"},
    ],
)
def test_as_much_as_a_note_may_say_is_kept(channel: str, said: dict[str, str]) -> None:
    refuse_unwritable(template(channel, **said))


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"subject": "x" * 201}, "subject: "),
        ({"subject": "x" * 198 + "{{ customer.first_name }}"}, "subject: "),
        ({"body": "é" * 2_049}, "body: "),
        ({"body": "<mjml><mj-body></mj-body></mjml>"}, "body: "),
        ({"body": "<b>bold</b>"}, "body: "),
        ({"body": "   "}, "body: "),
        ({"locales": {"de": {"subject": "x" * 201, "body": "x"}}}, "locales.de.subject: "),
        ({"locales": {"de": {"subject": "x", "body": "x" * 4_097}}}, "locales.de.body: "),
    ],
)
def test_a_note_that_says_too_much_or_is_none_is_refused_when_it_is_saved(
    channel: str, said: dict[str, object], path: str
) -> None:
    with pytest.raises(InvalidPayload) as refused:
        refuse_unwritable(template(channel, **said))
    assert refused.value.details.startswith(path)
