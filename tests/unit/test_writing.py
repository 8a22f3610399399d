"""What a message says: in whose language, with which facts, and that no fact is ever taken for markup."""

from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.delivery.wording import LONGEST_WRITTEN
from shared.delivery.writing import SAMPLE, facts_of, refuse_unwritable, written
from shared.domain.campaigns import Campaign
from shared.domain.customers import Customer, Profile
from shared.domain.discounts import AmountOff, PercentOff
from shared.domain.errors import InvalidPayload
from shared.domain.post.deliveries import Message, NeverTaken
from shared.domain.post.templates import MessageTemplate, Words
from shared.domain.vouchers import Voucher

AT = datetime(2026, 3, 17, 9, tzinfo=UTC)
MJML = (
    "<mjml><mj-head><mj-title>Your day</mj-title><mj-preview>Happy birthday</mj-preview></mj-head><mj-body>"
    "<mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"
)
GREETING = MJML.format(
    "<mj-text>Happy birthday, <b>{{ customer.name }}</b>!</mj-text>"
    '<mj-button href="https://shop.example/?for={{ customer.name | url_encode }}">Your {{ voucher.code }}</mj-button>'
    '<mj-image src="cake.png" alt="{{ customer.name }}" />'
    '<mj-text><a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>'
)


def template(body: str = "x", *, subject: str = "x", **fields: Any) -> MessageTemplate:
    return MessageTemplate.model_validate(
        {"id": "tmpl_1", "name": "x", "channel": "email", "subject": subject, "body": body, "created_at": AT} | fields
    )


def facts(name: str | None = "Ann O'Neill", **more: Any) -> dict[str, Any]:
    first = name and name.partition(" ")[0]
    return {**SAMPLE, "customer": {**SAMPLE["customer"], "name": name, "first_name": first, **more}}


def message(of: MessageTemplate, name: str | None = "Ann O'Neill", *, locale: str | None = "en-IE") -> Message:
    its = facts(name)
    return written(of, channel=of.channel, to="ann@example.com", locale=locale, facts=its, purpose="transactional")


def said(body: str, name: str | None = "Ann O'Neill", **more: Any) -> str:
    """What a plain e-mail says."""
    of = template(body)
    its = facts(name, **more)
    return written(of, channel="email", to="ann@example.com", locale="en", facts=its, purpose="transactional").text


def refused(of: MessageTemplate) -> str | None:
    try:
        refuse_unwritable(of)
    except InvalidPayload as error:
        return error.details
    return None


# Which words

LOCALES = {"pt": "Olá", "pt-BR": "Oi", "zh-Hant": "你好", "de": "Hallo"}


@pytest.mark.parametrize(
    ("case", "locale", "says"),
    [
        ("as it is spoken there", "pt-BR", "Oi"),
        ("however it is written", "PT_br", "Oi"),
        ("the language", "pt-PT", "Olá"),
        ("the nearest of several", "zh-Hant-TW", "你好"),
        ("another script of it", "zh-Hans", "Hi"),
        ("a language of nobody's", "fr", "Hi"),
        ("a word that begins alike", "den", "Hi"),
        ("none", None, "Hi"),
        ("nonsense", "--", "Hi"),
    ],
)
def test_words_are_in_the_language_that_is_asked_for(case: str, locale: str | None, says: str) -> None:
    locales = {tag: Words(subject=word, body=f"{word}!") for tag, word in LOCALES.items()}
    got = message(template("Hi!", subject="Hi", locales=locales), locale=locale)
    assert (got.subject, got.text) == (says, f"{says}!")


@pytest.mark.parametrize(
    ("case", "body", "locale", "says"),
    [
        ("its place is taken", "Dear {{ customer.name }},", "en", "Dear friend,"),
        ("in the language of the words", "{{ customer.first_name }}", "fi", "ystävä"),
        ("as in English where no word is known", "{{ customer.first_name }}", "kw", "friend"),
        ("also through a filter", "{{ customer.name | upcase }}", "en", "FRIEND"),
        ("the shop's own word wins", "{{ customer.name | default: 'chef' }}", "en", "chef"),
        ("whoever asks is told", "{% if customer.name %}known{% else %}unknown{% endif %}", "en", "unknown"),
    ],
)
def test_a_name_that_is_missing_leaves_no_hole(case: str, body: str, locale: str, says: str) -> None:
    assert message(template(body), None, locale=locale).text == says


# Which facts


def test_facts_are_those_of_the_customer_the_offer_and_the_day() -> None:
    profile = Profile(source_id="ann", name=" Ann  O'Neill ", email="ann@example.com", metadata={"dog": "Rex"})
    customer = Customer(id="cust_1", profile=profile, created_at=AT)
    discount = PercentOff(percent_off=Decimal("12.5"), amount_limit=5_000)
    campaign = Campaign(id="camp_1", name="Birthdays", discount=discount, expiration_date=AT, created_at=AT)
    ends = datetime(2026, 3, 17, 8, 59, 59, tzinfo=UTC)
    voucher = Voucher(id="v_1", code="ANN-1", campaign_id="camp_1", expiration_date=ends, created_at=AT)
    got = facts_of(customer, voucher, campaign, {"years": 36}, "https://u", home=ZoneInfo("Pacific/Honolulu"))
    assert (got["customer"]["name"], got["customer"]["first_name"]) == ("Ann O'Neill", "Ann")
    assert (got["customer"]["metadata"], got["customer"]["address"]) == ({"dog": "Rex"}, {})
    assert got["voucher"]["discount"]["percent_off"] == 12.5
    assert got["voucher"]["expiration_date"] == "2026-03-16T22:59:59-10:00", "the customer's clock, and the earlier end"
    assert got["campaign"] == {"name": "Birthdays", "description": None, "metadata": {}}
    until = template("{{ voucher.expiration_date | date: '%d %B' }}: {{ occasion.years }}")
    text = written(until, channel="email", to="x", locale=None, facts=got, purpose="transactional").text
    assert text == "16 March: 36", "the day that it is where the customer is"


def test_a_voucher_alone_is_worth_what_it_says() -> None:
    customer = Customer(id="cust_1", profile=Profile(), created_at=AT)
    voucher = Voucher(id="v_1", code="ANN-1", discount=AmountOff(amount_off=2_000), created_at=AT)
    got = facts_of(customer, voucher, None, {}, None, home=ZoneInfo("UTC"))
    assert got["customer"]["name"] is None
    assert got["voucher"]["discount"]["amount_off"] == 2_000
    assert got["voucher"]["expiration_date"] is None
    body = "{{ voucher.discount.amount_off | money }} {{ campaign.name }}{{ customer.address.city }}"
    got_message = written(template(body), channel="email", to="x", locale=None, facts=got)
    assert (got_message.text, got_message.unsubscribe_url) == ("20.00", None)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{{ 2000 | money }}", "20.00"),
        ("{{ 5 | money }}", "0.05"),
        ("{{ 275 | money: 'JPY' }}", "275"),
        ("{{ 1234 | money: 'kwd' }}", "1.234"),
        ("{{ customer.metadata.shoe | money }}", ""),
        ("{{ occasion.day | date: '%d.%m.%Y' }}", "17.03.2026"),
    ],
)
def test_amounts_and_days_are_written_as_people_do(body: str, says: str) -> None:
    assert said(f"<{body}>") == f"<{says}>"


# Names are words


@pytest.mark.parametrize(
    "name",
    ["{{ customer.email }}", "{% if", "<script>alert(1)</script>", "</mj-text>", "&lt;", '" onclick="x', "-->", "é<é"],
)
def test_a_name_is_never_more_than_words(name: str) -> None:
    got = message(template(GREETING, subject="For {{ customer.name }}"), name)
    assert got.subject == f"For {name}"
    assert f"Happy birthday, {name}!" in got.text
    assert said("{{ customer.name }}", name) == name


@pytest.mark.parametrize(
    "name", ["Ann\r\nBcc: bob@example.com", "Ann\u2028Bcc: bob@example.com", "Ann\x85\x7f Bcc: bob@example.com"]
)
def test_a_name_begins_no_header(name: str) -> None:
    got = message(template("x", subject="For {{ customer.name }}"), name)
    assert got.subject == "For Ann Bcc: bob@example.com"


class Structure(HTMLParser):
    """The elements and attributes of HTML, without what they say."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[object] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, [name for name, _ in attrs]))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(tag)

    def handle_comment(self, data: str) -> None:
        self.seen.append(data)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example("</div><b>")
@example("<![CDATA[")
@example("<!--")
@example("\x00\ufffe\uffff")
def test_no_name_changes_what_a_mail_is_made_of(name: str) -> None:
    greeting = template(GREETING)
    plain, odd = message(greeting, "Ann"), message(greeting, name)
    assert odd.html is not None
    assert plain.html is not None
    assert Structure(odd.html).seen == Structure(plain.html).seen


# E-mails


def test_an_email_says_in_plain_text_what_it_shows() -> None:
    got = message(template(GREETING))
    assert got.text == (
        "Happy birthday, Ann O'Neill!\n"
        "Your ANN-0123456789 (https://shop.example/?for=Ann+O%27Neill)\n"
        "Ann O'Neill\n"
        "Unsubscribe (https://shop.example/u/0)"
    )
    assert got.unsubscribe_url == "https://shop.example/u/0"
    assert got.html is not None
    assert got.html.startswith("<!doctype html>")


def test_a_plain_mail_and_a_text_are_not_escaped() -> None:
    assert message(template("{{ customer.name }}"), "Ann & Bob").html is None
    text = message(template(" {{ customer.name }} \n", channel="sms", subject=""), "Ann & <Bob>")
    assert text == Message("sms", "ann@example.com", "", "Ann & <Bob>", purpose="transactional")


# What is refused

MISSING_END = "body: is no MJML: unexpected end of stream in root template"
BROKEN = MJML.format("<mj-text>{% if occasion.years %}<b>{% endif %}</mj-text>")


@pytest.mark.parametrize(
    ("case", "of", "details"),
    [
        ("an open tag", template("a\n{{ customer.name"), "body: line 2: expected '}}', found end of file"),
        ("an open block", template("{% if customer.name %}"), "body: expected tag endif, found end of expression"),
        ("an unknown tag", template("a\nb\n{% shout %}"), "body: line 3: unexpected tag 'shout'"),
        ("an unknown variable", template("a\n{{ customer.nmae }}"), "body: line 2: there is no customer.nmae"),
        ("one of nothing known", template("{{ shop.name }}"), "body: line 1: there is no shop.name"),
        ("one below a leaf", template("{{ voucher.code.x }}"), "body: line 1: there is no voucher.code.x"),
        ("one in a condition", template("{% if custmer.name %}{% endif %}"), "body: line 1: there is no custmer.name"),
        ("one of a computed name", template("{{ customer[occasion.type] }}"), "body: line 1: there is no customer.[…]"),
        (
            "everything of somebody",
            template("{{ customer }}"),
            "body: line 1: customer is not to be written as a whole: name a field of it",
        ),
        ("an unknown filter", template("{{ 1 | shout }}"), "body: line 1: there is no filter shout"),
        ("a filter that trusts", template("{{ customer.name | safe }}"), "body: line 1: there is no filter safe"),
        ("another template", template("{% include 'x' %}"), "body: line 1: unexpected tag 'include'"),
        ("another one's words", template("{% render 'x' %}"), "body: line 1: unexpected tag 'render'"),
        (
            "an endless loop",
            template("{% for i in (1..1000000000) %}x{% endfor %}"),
            "body: line 1: loop iteration limit reached",
        ),
        (
            "an endless list",
            template("\n{{ (1..1000000000) | join: 'x' }}"),
            "body: line 2: a range, (1..9), stands in a for and nowhere else",
        ),
        (
            "endless brackets",
            template("a\n{% if " + "(" * 20_000 + "%}{% endif %}"),
            "body: line 2: more than 4000 characters in one pair of braces",
        ),
        ("a division by nothing", template("{{ 1 | divided_by: 0 }}"), "body: line 1: divided_by: can't divide by 0"),
        ("MJML that is none", template("<mjml><mj-body>"), MISSING_END),
        ("MJML that breaks when filled in", template(BROKEN), MISSING_END),
        ("no bottom", template("<mjml><mj-body>" + "<mj-wrapper>" * 8_000), "body: is nested deeper than 100 levels"),
        ("HTML", template("<html></html>"), "body: is MJML, from <mjml> on, or plain text"),
        ("MJML in a text", template(MJML, channel="sms", subject=""), "body: is plain text"),
        ("no subject", template("x", subject=" "), "subject: an e-mail needs one"),
        ("a subject that is wrong", template("x", subject="{{ x }}"), "subject: line 1: there is no x"),
        ("a subject in a text", template("x", channel="sms"), "subject: a text message has none"),
        ("a body of spaces", template(" \n"), "body: says nothing"),
        (
            "a long text",
            template("x" * 1_601, channel="sms", subject=""),
            "body: 1601 characters are more than a text message has, 1600",
        ),
        (
            "no language",
            template(locales={"english": {"subject": "x", "body": "x"}}),
            "locales.english: is not a language tag, as pt or pt-BR",
        ),
        (
            "a language twice",
            template(locales={"de": {"subject": "x", "body": "x"}, "DE": {"subject": "x", "body": "x"}}),
            "locales.DE: this language is there twice",
        ),
        (
            "another language's subject",
            template(locales={"de": {"body": "x"}}),
            "locales.de.subject: an e-mail needs one",
        ),
        (
            "another language's words",
            template(locales={"de": {"subject": "x", "body": "\n{{ kunde }}"}}),
            "locales.de.body: line 2: there is no kunde",
        ),
    ],
)
def test_a_template_of_which_no_message_can_be_made_is_refused(case: str, of: MessageTemplate, details: str) -> None:
    assert refused(of) == details


@pytest.mark.parametrize(
    ("case", "body"),
    [
        ("what it sets itself", "{% assign x = customer.name %}{{ x }}{% capture y %}z{% endcapture %}{{ y }}"),
        (
            "what a loop hands out",
            "{% for it in customer.metadata.dogs %}{{ it.name }} {{ forloop.index }}{% endfor %}",
        ),
        ("whatever metadata holds", "{{ customer.metadata.a.b[0].c }} {{ voucher.metadata['a b'] }}"),
        ("a quoted name", "{{ customer['name'] }}"),
        ("a length", "{{ customer.name.size }}"),
        ("what may be missing", "{% if voucher.gift %}{{ voucher.gift.balance | money }}{% endif %}"),
        ("a range to count by", "{% for i in (1..3) %}{{ i }}{% endfor %}"),
    ],
)
def test_what_a_template_may_say(case: str, body: str) -> None:
    assert refused(template(body)) is None
    assert refused(template(body, channel="sms", subject="")) is None


# At somebody's birthday


@pytest.mark.parametrize(
    ("case", "body"),
    [
        ("nothing to divide by", "{{ 10 | divided_by: customer.metadata.children }}"),
        ("a loop over what somebody sent", "{% for i in (1..customer.metadata.children) %}xx{% endfor %}"),
        ("a text that grows", "{{ customer.source_id | replace: 'a', customer.source_id }}"),
    ],
)
def test_what_fails_when_it_is_written_never_leaves(case: str, body: str) -> None:
    odd = facts(metadata={"children": 0 if "divided" in body else 10**9}, source_id="a" * LONGEST_WRITTEN)
    with pytest.raises(NeverTaken, match="template_failed"):
        written(template(body), channel="email", to="x", locale=None, facts=odd)
