"""The preference centre as a page: no script, nothing from elsewhere, and nothing of somebody but their choices."""

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from typing import NamedTuple

from shared.delivery.phrases import Phrases
from shared.domain.post.choices import Choices, field_of
from shared.domain.post.consents import Frequency
from shared.domain.post.deliveries import Channel, Purpose


class Centre(NamedTuple):
    """What there is to show."""

    channel: Channel
    purpose: Purpose
    """What the message was about in which the link stood."""
    choices: Choices | None
    """None of somebody who is no customer any more."""
    today: date
    why: Sequence[str] = ()
    """Why they got that message, in English."""


def body_of(centre: Centre, words: Phrases) -> str:
    """What stands below the heading, as HTML."""
    return "\n".join(_parts(centre, words))


def _parts(centre: Centre, words: Phrases) -> Iterator[str]:
    channel, kind = _channel(centre.channel, words), _kind(centre.purpose, words)
    yield f"<p>{kind} · {channel}</p>"
    # An empty form: what it sends is what a mail program's one click sends.
    yield f'<form method="post"><button class="stop">{escape(words.stop)} ({channel})</button></form>'
    if centre.choices:
        yield '<form method="post" id="preferences"><input type="hidden" name="form" value="preferences">'
        yield from _questions(centre.choices, centre.today, words)
        yield f"<button>{escape(words.save)}</button></form>"
    if centre.why:
        yield f"<details><summary>{escape(words.why_this_message)}</summary>"
        # A mail links to what stands within, for which a browser opens it.
        yield '<div id="why" lang="en">'
        yield from (f"<p>{escape(sentence)}</p>" for sentence in centre.why)
        yield "</div></details>"


def _questions(choices: Choices, today: date, words: Phrases) -> Iterator[str]:
    if choices.channels:
        yield f"<fieldset><legend>{escape(words.where)}</legend>"
        yield from (_box(it, _channel(it, words), on=on) for it, on in choices.channels.items())
        yield "</fieldset>"
    if choices.topics:
        yield f"<fieldset><legend>{escape(words.topics)}</legend>"
        yield from (_box(field_of(topic), escape(topic.name), on=on) for topic, on in choices.topics)
        yield "</fieldset>"
    yield f"<fieldset><legend>{escape(words.how_often)}</legend>"
    yield f'<input type="hidden" name="was-frequency" value="{choices.frequency}">'
    yield from (_dot(it, said, on=it == choices.frequency) for it, said in _frequencies(words).items())
    yield "</fieldset>"
    yield f"<fieldset><legend>{escape(words.birthday)}</legend>"
    yield f'<p id="hint">{escape(words.birthday_is_not_shown)}</p>'
    yield (
        f'<input type="date" name="birthday" min="1900-01-02" max="{today.isoformat()}" autocomplete="bday"'
        f' aria-label="{escape(words.birthday)}" aria-describedby="hint">'
    )
    yield "</fieldset>"


def _box(name: str, label: str, *, on: bool) -> str:
    """A box to tick, and beside it whether it was ticked when it was shown."""
    shown = f'<input type="hidden" name="was-{name}" value="{int(on)}">'
    return f'{shown}<label><input type="checkbox" name="{name}"{" checked" if on else ""}> {label}</label>'


def _dot(value: Frequency, label: str, *, on: bool) -> str:
    checked = " checked" if on else ""
    return f'<label><input type="radio" name="frequency" value="{value}"{checked}> {escape(label)}</label>'


def _frequencies(words: Phrases) -> dict[Frequency, str]:
    return {"ALL": words.as_it_comes, "DAILY": words.daily, "WEEKLY": words.weekly, "MONTHLY": words.monthly}


def _channel(channel: Channel, words: Phrases) -> str:
    return escape({"email": words.email, "sms": words.sms, "push": words.push, "web": words.web}[channel])


def _kind(purpose: Purpose, words: Phrases) -> str:
    return escape({"marketing": words.marketing, "transactional": words.transactional}[purpose])
