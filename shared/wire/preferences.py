"""What somebody may say in a preference centre: a form, of which only that counts which they have changed.

Beside each choice the form says how it was shown (``was-email=1``). So a page that was open for a week takes nothing
back that was said elsewhere meanwhile, and a topic that is new is not declined by who has never seen it.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from shared.domain.customers import Profile, refuse_birth
from shared.domain.errors import InvalidPayload
from shared.domain.post.choices import CHANNELS, FREQUENCIES, field_of
from shared.domain.post.consents import Consent, Preference, Word
from shared.domain.post.contact_policy import ContactPolicy
from shared.wire.body import form_of
from shared.wire.consents import birthday_of

MARK = "form=preferences"
"""Stands in every form of ours. What has it not is a mail program's click (RFC 8058), or a button."""
SOURCE = "preference_centre"
NO, YES = "0", "1"


def is_form(raw: bytes) -> bool:
    """Whether a body is what somebody has filled in."""
    return MARK.encode() in raw.split(b"&")


def words_of(raw: bytes, policy: ContactPolicy, *, at: datetime) -> list[Word]:
    """What somebody has changed in a form.

    Raises:
        InvalidPayload: if it cannot be read, or nobody is born then.
    """
    return [*_words(form_of(raw), policy, at)]


def _words(form: Mapping[str, str], policy: ContactPolicy, at: datetime) -> Iterator[Word]:
    said = {"source": SOURCE, "at": at}
    for channel in CHANNELS:
        if (granted := _changed(form, channel)) is not None:
            yield Consent(channel=channel, granted=granted, **said)
    for topic in policy.topics:
        if (liked := _changed(form, field_of(topic))) is not None:
            yield Preference(about="topic", topic=topic.id, answer="YES" if liked else "NO", **said)
    often = form.get("frequency", "")
    if often and often != form.get("was-frequency"):
        if often not in FREQUENCIES:
            raise InvalidPayload(f"frequency: must be one of {', '.join(FREQUENCIES)}")
        yield Preference(about="frequency", answer=often, **said)
    if birthday := form.get("birthday", "").strip():
        yield Preference(about="birthday", answer=_born(birthday, at).isoformat(), **said)


def _changed(form: Mapping[str, str], name: str) -> bool | None:
    """How a box was left that was shown otherwise; browsers send only those that are ticked."""
    was, now = form.get(f"was-{name}"), YES if name in form else NO
    return None if was is None or was == now else now == YES


def _born(text: str, at: datetime) -> date:
    try:
        day = birthday_of(text)
    except ValueError as error:
        raise InvalidPayload(f"birthday: {error}") from None
    refuse_birth(Profile(birthday=day), at=at)
    return day
