"""What every message inherits from its brand, and that no marketing mail is without a link to end it."""

from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.delivery.email import mailbox
from shared.delivery.writing import SAMPLE, refuse_unwritable, written
from shared.domain.errors import InvalidPayload
from shared.domain.post.brands import Brand, Colors, Sender, TextMessages, readable_on
from shared.domain.post.deliveries import Message, Purpose
from tests.unit.test_writing import MJML, Structure, template

URL = SAMPLE["unsubscribe_url"]
BRAND = Brand(
    name="Bücher & Co",
    logo_url="https://shop.example/logo.png?a=1&b=2",
    colors=Colors(primary="#0b5fff", background="#101010"),
    footer={"en": "Made with care.", "de": "Mit Liebe."},
    postal_address="1 Quay Street\nCork",
)
NONE = Brand()
HELLO = MJML.format("<mj-text>Hello {{ customer.name }}</mj-text><mj-button href='https://shop.example'>Go</mj-button>")
LINKS = (
    f"Unsubscribe ({URL}) · Preferences ({URL}#preferences) · Why did I get this message? ({URL}#why)",
    f"Unsubscribe ({URL})\nPreferences ({URL}#preferences)\nWhy did I get this message? ({URL}#why)",
)
"""As HTML tells them, and as plain text does."""
NASTY = ("{{ brand.name }}", "{% if", "<script>x</script>", "</mj-text>", '" onclick="x', "-->", "é<é", URL)


def mail(
    body: str, brand: Brand = BRAND, *, purpose: Purpose = "marketing", locale: str = "en", **customer: Any
) -> Message:
    facts = {**SAMPLE, "customer": {**SAMPLE["customer"], **customer}}
    of = template(body)
    return written(of, channel="email", to="a@b.example", locale=locale, facts=facts, brand=brand, purpose=purpose)


# How it looks


def test_a_mail_looks_as_its_brand_does() -> None:
    html = mail(HELLO).html or ""
    assert '<img alt="Bücher &amp; Co" height="auto" src="https://shop.example/logo.png?a=1&amp;b=2"' in html
    assert '<body style="word-spacing:normal;background-color:#101010;">' in html
    assert "background:#0b5fff;color:#ffffff;" in html, "what stands on a button can be read"
    assert "color:#ffffff;" in html[html.index("Hello") - 200 : html.index("Hello")], "as what stands on the background"
    assert "@import" not in html, "no font is fetched from elsewhere"
    assert "fonts." not in html
    assert '<html lang="en"' in html


def test_a_templates_own_look_wins() -> None:
    head = '<mj-head><mj-attributes><mj-button background-color="#00ff00" /></mj-attributes></mj-head>'
    own = HELLO.replace("<mjml><mj-head>", f"<mjml lang='ga'>{head}<mj-head>").replace(
        "<mj-title>", '<mj-attributes><mj-button background-color="#00aa00" /></mj-attributes><mj-title>'
    )
    own = own.replace("<mj-body>", '<mj-body background-color="#eeeeee"><!-- <mj-body> -->').replace(
        "</mj-column>", '<mj-image src="{{ brand.logo_url }}" /></mj-column>'
    )
    html = mail(own).html or ""
    assert "background:#00aa00" in html
    assert "background-color:#eeeeee" in html
    assert "#101010" not in html
    assert html.count("logo.png") == 1, "a logo that it shows itself is not shown again"
    assert '<html lang="ga"' in html


def test_a_template_may_tell_of_the_brand() -> None:
    body = "{{ brand.name }} {{ brand.colors.primary }} {{ brand.footer }} {{ brand.postal_address }}"
    got = mail(body, purpose="transactional", locale="de-AT").text
    assert got == "Bücher & Co #0b5fff Mit Liebe. 1 Quay Street\nCork\n\nMit Liebe.\n1 Quay Street\nCork"


def test_a_day_that_is_not_there_is_no_reason_to_lose_a_message() -> None:
    of = template(
        "Until {{ voucher.expiration_date | date: '%d %B' | default: 'whenever' }}", channel="sms", subject=""
    )
    facts = {**SAMPLE, "voucher": {**SAMPLE["voucher"], "expiration_date": None}}
    assert written(of, channel="sms", to="x", locale="en", facts=facts).text == "Until whenever"


@given(st.integers(0, 0xFFFFFF))
@example(0x757575)
@example(0x767676)
def test_what_stands_on_a_colour_can_be_read(color: int) -> None:
    """4.5 to 1, as the guidelines ask for."""

    def luminance(of: int) -> float:
        parts = [(of >> shift & 255) / 255 for shift in (16, 8, 0)]
        red, green, blue = (it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    two = sorted((luminance(color), luminance(int(readable_on(f"#{color:06x}")[1:], 16))))
    assert (two[1] + 0.05) / (two[0] + 0.05) >= 4.5


# How it ends


@pytest.mark.parametrize(
    ("case", "purpose", "brand", "ends"),
    [
        ("with all", "marketing", BRAND, "Made with care.\n1 Quay Street\nCork\n{links}"),
        ("with the link alone", "marketing", NONE, "{links}"),
        ("without one", "transactional", BRAND, "Made with care.\n1 Quay Street\nCork"),
        ("with nothing", "transactional", NONE, ""),
    ],
)
def test_a_mail_ends_as_its_brand_and_its_purpose_want(case: str, purpose: Purpose, brand: Brand, ends: str) -> None:
    html, plain = (ends.format(links=links) for links in LINKS)
    logo = "Bücher & Co\n" if brand.logo_url else ""
    said = f"{logo}Hello Ann O'Neill\nGo (https://shop.example)\n{html}".strip()
    assert mail(HELLO, brand, purpose=purpose).text == said
    assert mail("Hello", brand, purpose=purpose).text == f"Hello\n\n{plain}".strip()
    assert mail("Hello", brand, purpose=purpose).html is None


@pytest.mark.parametrize(
    ("case", "written_so", "shown_already"),
    [
        ("a link", '<a href="{{ unsubscribe_url }}">No more</a>', True),
        ("a link with more behind it", '<a href="{{ unsubscribe_url }}?from=mail">No more</a>', True),
        ("a button", '</mj-text><mj-button href="{{ unsubscribe_url }}">No more</mj-button><mj-text>', True),
        ("a picture", '</mj-text><mj-image href="{{ unsubscribe_url }}" src="x.png" alt="No more" /><mj-text>', True),
        ("another attribute", '<span title="{{ unsubscribe_url }}">Hello</span>', False),
        ("words that are no link", "{{ unsubscribe_url }}", False),
        ("a comment", '<!-- <a href="{{ unsubscribe_url }}">No more</a> -->', False),
        ("hidden", '<div style="display: none"><a href="{{ unsubscribe_url }}">No more</a></div>', False),
        ("a link that shows nothing", '<a href="{{ unsubscribe_url }}"> </a>', False),
        ("a longer link", '<a href="{{ unsubscribe_url }}x">No more</a>', False),
        ("within another", '<a href="https://x.example/?to={{ unsubscribe_url | url_encode }}">No more</a>', False),
        ("never written", "{% if false %}{{ unsubscribe_url }}{% endif %}", False),
    ],
)
def test_the_link_to_unsubscribe_is_there_once(case: str, written_so: str, shown_already: bool) -> None:
    got = mail(MJML.format(f"<mj-text>{written_so}</mj-text>"))
    links = [attrs["href"] for attrs in anchors(got.html or "")]
    assert (f"{URL}#why" in links) is not shown_already
    assert any(link in (URL, f"{URL}?from=mail") for link in links)
    assert "Made with care." in got.text


def anchors(html: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    class Anchors(Structure):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "a":
                found.append({name: value or "" for name, value in attrs})

    Anchors(html)
    return found


def test_a_plain_mail_that_tells_the_link_tells_it_once() -> None:
    assert mail("No more: {{ unsubscribe_url }}", NONE).text == f"No more: {URL}"
    assert mail("No more: {{ unsubscribe_url }}x", NONE).text == f"No more: {URL}x\n\n{LINKS[1]}"


@pytest.mark.parametrize(
    ("locale", "footer", "unsubscribe"),
    [
        ("de-AT", "Mit Liebe.", "Abmelden"),
        ("en", "Made with care.", "Unsubscribe"),
        ("fr", "Made with care.", "Se désabonner"),
        ("kw", "Made with care.", "Unsubscribe"),
    ],
)
def test_a_mail_ends_in_the_language_of_its_words(locale: str, footer: str, unsubscribe: str) -> None:
    text = mail("Hello", locale=locale).text
    assert footer in text
    assert f"{unsubscribe} ({URL})" in text


@pytest.mark.parametrize("channel", ["sms", "push", "web"])
def test_what_is_no_mail_has_no_footer(channel: Any) -> None:
    of = template("Hi {{ brand.name }}", channel=channel, subject="")
    brand = BRAND.model_copy(update={"reply_to": "a@b.example", "sms": TextMessages(sender_id="Shop")})
    got = written(of, channel=channel, to="x", locale="en", facts=SAMPLE, brand=brand)
    text = channel == "sms"
    said = {"unsubscribe_url": None if text else URL, "sender": "Shop" if text else None}
    assert got == Message(channel, "x", "", "Hi Bücher & Co", **said)


def test_a_body_without_a_place_for_the_link_is_refused_when_it_is_saved() -> None:
    with pytest.raises(InvalidPayload) as refused:
        refuse_unwritable(template("<mjml><mj-body /></mjml>"))
    assert refused.value.details.startswith("body: has no place for the link to unsubscribe")


# Nothing that somebody says of themselves changes it


@pytest.mark.parametrize("nasty", NASTY)
def test_what_is_said_of_a_customer_or_a_brand_is_never_more_than_words(nasty: str) -> None:
    plain = mail(HELLO, BRAND.model_copy(update={"footer": "x"}), name="Ann").html or ""
    odd = mail(HELLO, BRAND.model_copy(update={"footer": nasty}), name=nasty)
    assert Structure(odd.html or "").seen == Structure(plain).seen
    assert odd.text.startswith(f"Bücher & Co\nHello {nasty}\n")
    assert f"\n{nasty}\n1 Quay Street" in odd.text
    assert LINKS[0] in odd.text


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example("<!--")
@example("</mj-body>")
@example("<mj-body>")
def test_no_name_takes_the_end_of_a_mail_away(name: str) -> None:
    """Not even one that holds MJML: it is found where the template says it and nowhere else."""
    assert mail(HELLO, name=name).text.endswith(f"Made with care.\n1 Quay Street\nCork\n{LINKS[0]}")


# Who it is from


@pytest.mark.parametrize(
    ("case", "sender", "own", "told"),
    [
        ("nobody's own", Sender(), "Shop <a@b.example>", False),
        ("a name", Sender(name='Ann "O"'), "Shop <a@b.example>", True),
        ("a long name beyond ASCII", Sender(name="😀" * 64), "a@b.example", True),
        ("an address", Sender(address="n@b.example"), "Shop <a@b.example>", True),
        ("both", Sender(name="Bücher, Co", address="n@b.example"), "", True),
        ("a name and no address at all", Sender(name="Shop"), "", False),
    ],
)
def test_a_mail_is_from_its_brand(case: str, sender: Sender, own: str, *, told: bool) -> None:
    brand = Brand(sender=sender, reply_to="help@shop.example")
    got = written(template("x"), channel="email", to="x", locale=None, facts=SAMPLE, brand=brand, own_sender=own)
    assert got.reply_to == "help@shop.example"
    assert (got.sender is not None) is told
    if got.sender is None:
        return
    name, address = parseaddr(mailbox(got.sender))
    assert (str(make_header(decode_header(name))), address) == (sender.name or "Shop", sender.address or "a@b.example")
