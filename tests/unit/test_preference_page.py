"""The preference centre as a page: well-formed, labelled, in every language; and of a form only what was changed."""

from contextlib import suppress
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.delivery.phrases import PHRASES, Phrases, accepted, phrases_of
from shared.delivery.preference_page import Centre, body_of
from shared.domain.customers import Customer, Profile
from shared.domain.errors import InvalidPayload
from shared.domain.post.choices import CHANNELS, FREQUENCIES, Choices, choices_of, field_of
from shared.domain.post.consents import Consent, Consents, Preference
from shared.domain.post.contact_policy import ContactPolicy, Topic
from shared.wire.preferences import is_form, words_of
from tests.unit.values import AT

TOPICS = (Topic(id="shoes", name="Shoes & <b>boots</b>"), Topic(id="帽子", name='Hats "and" caps'))
POLICY = ContactPolicy(topics=TOPICS)
CHOICES = Choices({"email": True, "sms": False}, ((TOPICS[0], True), (TOPICS[1], False)), "WEEKLY")
CENTRE = Centre("email", "marketing", CHOICES, date(2026, 3, 17), ['You got it <because> it was "Pat\'s" day.'])
VOID = {"input"}


class Page(HTMLParser):
    """A page as it is read: every tag is closed in its turn, and each field is named."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.inputs: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = dict(attrs)
        assert len(its) == len(attrs), "an attribute is there twice"
        self.ids += [its["id"]] if its.get("id") else []  # type: ignore[list-item]
        if tag == "input":
            its["labelled"] = str("label" in self.open or "aria-label" in its)
            self.inputs.append(its)
        if tag == "form":
            assert "form" not in self.open
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("words", PHRASES.values(), ids=PHRASES)
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("purpose", ["marketing", "transactional"])
def test_the_page_is_well_formed_in_every_language(words: Phrases, channel: Any, purpose: Any) -> None:
    html = body_of(CENTRE._replace(channel=channel, purpose=purpose), words)
    page = Page(html)
    assert [it for it in page.inputs if it["type"] != "hidden" and it["labelled"] != "True"] == []
    assert len(page.ids) == len(set(page.ids))
    assert "".join(page.text).count("Shoes & <b>boots</b>") == 1
    assert getattr(words, channel) in "".join(page.text)
    assert not [it for it in ("<script", "http", "src=", "onclick", "<b>", "<because>") if it in html]


def test_whoever_is_no_customer_any_more_sees_a_button_alone() -> None:
    page = Page(body_of(CENTRE._replace(choices=None, why=()), PHRASES["en"]))
    assert page.inputs == []
    assert "Stop these messages (E-mail)" in "".join(page.text)


def test_what_is_offered_is_where_they_can_be_reached_or_have_had_a_word() -> None:
    profile = Profile(email="ann@example.com", name="Ann", birthday=date(1990, 2, 28))
    ann = Customer(id="cust_1", profile=profile, created_at=AT)
    said = Consents(customer_id="cust_1").after(
        [
            Consent(channel="push", granted=True, source="app", at=AT),
            Consent(channel="web", purpose="transactional", granted=True, source="app", at=AT),
            Preference(about="topic", topic="shoes", answer="NO", source="form", at=AT),
        ]
    )
    expected = Choices({"email": False, "push": True}, ((TOPICS[0], False), (TOPICS[1], True)), "ALL")
    assert choices_of(ann, said, POLICY) == expected


def sent(choices: Choices, **changes: str) -> dict[str, str]:
    """What a browser sends of a page that shows these choices, and is changed so."""
    page = Page(body_of(CENTRE._replace(choices=choices), PHRASES["en"]))
    shown = (it for it in page.inputs if it["type"] in ("hidden", "date") or "checked" in it)
    return {str(it["name"]): it.get("value") or ("on" if it["type"] == "checkbox" else "") for it in shown} | changes


CHOSEN = st.builds(
    Choices,
    st.fixed_dictionaries({"email": st.booleans(), "sms": st.booleans(), "push": st.booleans()}),
    st.tuples(st.booleans(), st.booleans()).map(lambda on: tuple(zip(TOPICS, on, strict=True))),
    st.sampled_from(FREQUENCIES),
)


@given(CHOSEN, CHOSEN)
def test_exactly_what_was_changed_is_said(shown: Choices, wanted: Choices) -> None:
    form = {name: value for name, value in sent(wanted).items() if not name.startswith("was-")}
    form |= {name: value for name, value in sent(shown).items() if name.startswith("was-")}
    words = words_of(urlencode(form).encode(), POLICY, at=AT)
    before, after = flat(shown), flat(wanted)
    said = {(it.channel if isinstance(it, Consent) else it.topic or it.about): answer_of(it) for it in words}
    assert said == {name: answer for name, answer in after.items() if before[name] != answer}
    assert {(it.source, it.at) for it in words} <= {("preference_centre", AT)}


def flat(choices: Choices) -> dict[str, Any]:
    topics = {topic.id: "YES" if on else "NO" for topic, on in choices.topics}
    return {**choices.channels, **topics, "frequency": choices.frequency}


def answer_of(word: Any) -> Any:
    return word.granted if isinstance(word, Consent) else word.answer


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_words_or_refused(raw: bytes) -> None:
    with suppress(InvalidPayload):
        words_of(b"form=preferences&" + raw, POLICY, at=AT)


@pytest.mark.parametrize(
    ("raw", "is_one"),
    [
        (b"form=preferences", True),
        (b"was-email=1&form=preferences&email=on", True),
        (b"", False),
        (b"List-Unsubscribe=One-Click", False),
        (b'--x\r\nContent-Disposition: form-data; name="form"\r\n\r\npreferences\r\n--x--', False),
        (b"form=preferences2", False),
    ],
)
def test_a_form_of_ours_is_known_by_its_mark(raw: bytes, is_one: bool) -> None:
    assert is_form(raw) is is_one


def test_a_form_has_room_for_as_many_topics_as_a_policy() -> None:
    topics = tuple(Topic(id=f"{number}" + "漢" * 190, name="x" * 200) for number in range(50))
    choices = Choices(dict.fromkeys(CHANNELS, True), tuple((it, False) for it in topics), "ALL")
    form = sent(choices, birthday="1990-02-28", **{field_of(it): "on" for it in topics})
    words = words_of(urlencode(form).encode(), ContactPolicy(topics=topics), at=AT)
    assert len(words) == 51


def test_born_tomorrow_where_it_is_not_yet_is_refused() -> None:
    late = datetime(2026, 3, 17, 23, tzinfo=UTC)
    for day, taken in (("2026-03-18", True), ("2026-03-19", False)):
        form = urlencode({"form": "preferences", "birthday": day}).encode()
        try:
            assert [it.answer for it in words_of(form, POLICY, at=late) if isinstance(it, Preference)] == [day]
            assert taken
        except InvalidPayload:
            assert not taken


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", []),
        ("de", ["de"]),
        ("de-CH;q=0.7,fr;q=0.9, en ;q=0.8", ["fr", "en", "de-CH"]),
        ("fi;q=0, sv;q=0.001", ["sv"]),
        ("*, <script>, de;q=7, nl;level=1", []),
        ("x" * 100_000, []),
    ],
)
def test_a_browser_says_which_languages_it_would_rather_have(header: str, tags: list[str]) -> None:
    assert accepted(header) == tags


@given(st.text(max_size=60))
def test_any_language_is_answered_in_one_that_there_is(tag: str) -> None:
    assert phrases_of(tag, *accepted(tag)).language in PHRASES
