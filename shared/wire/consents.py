"""What may be said of consents and preferences."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator

from shared.domain.customers import Profile, refuse_birth
from shared.domain.errors import InvalidPayload
from shared.domain.model import Instant, Name, Sent
from shared.domain.post.consents import Consent, Frequency, Preference, Word
from shared.domain.post.deliveries import Channel, Purpose
from shared.domain.schemas import Flag
from shared.wire.body import Body
from shared.wire.customers import somebodys

MOST_WORDS = 50
"""Words in a request; all of them are kept, or none."""
MOST_ANSWERS = 30
"""Answers beside them; with what a birthday changes of a customer all of it still is one transaction."""
YES_OR_NO = ("YES", "NO")
FREQUENCIES: tuple[str, ...] = get_args(Frequency)
FAST = timedelta(minutes=5)
"""By how much a shop's clock may run ahead. What it says then is said now: kept as it stands it would outlast the next
word, which may be a no.
"""


class Granted(Sent):
    """One word of a customer's; without an instant it is said now."""

    channel: Channel
    purpose: Purpose = "marketing"
    granted: Flag
    source: Name
    at: Instant | None = None


class Answer(Sent):
    """One answer of a customer's; without an instant it is given now."""

    about: Literal["topic", "frequency", "birthday"]
    topic: Annotated[Name | None, Field(validate_default=True)] = None
    answer: Name
    source: Name
    at: Instant | None = None

    @field_validator("topic")
    @classmethod
    def _must_be_what_it_is_about(cls, topic: str | None, said: ValidationInfo) -> str | None:
        if "about" in said.data and (said.data["about"] == "topic") != (topic is not None):
            raise ValueError("must be the id of what an answer to a topic is about, and stands with no other")
        return topic

    @field_validator("answer")
    @classmethod
    def _must_answer_it(cls, answer: str, said: ValidationInfo) -> str:
        match said.data.get("about"):
            case "topic" if answer not in YES_OR_NO:
                raise ValueError("must be YES or NO")
            case "frequency" if answer not in FREQUENCIES:
                raise ValueError(f"must be one of {', '.join(FREQUENCIES)}")
            case "birthday":
                return birthday_of(answer).isoformat()
        return answer


def birthday_of(text: str) -> date:
    """A day of birth as text.

    Raises:
        ValueError: if it is no date, or nobody's.
    """
    try:
        return somebodys(date.fromisoformat(text))
    except ValueError:
        raise ValueError("must be somebody's day of birth, as 1990-02-28") from None


class ConsentsBody(Body):
    """Words and answers; at least one."""

    consents: Annotated[tuple[Granted, ...], Field(max_length=MOST_WORDS)] = ()
    preferences: Annotated[tuple[Answer, ...], Field(max_length=MOST_ANSWERS)] = ()

    def words(self, *, at: datetime) -> list[Word]:
        """What is said, each with its instant.

        Raises:
            InvalidPayload: for what nobody can have said yet, or if nothing is said.
        """
        if not (self.consents or self.preferences):
            raise InvalidPayload("consents: must say something, or preferences")
        sent: list[tuple[str, Granted | Answer]] = [
            *((f"consents.{index}", word) for index, word in enumerate(self.consents)),
            *((f"preferences.{index}", answer) for index, answer in enumerate(self.preferences)),
        ]
        for path, it in sent:
            if it.at and it.at > at + FAST:
                raise InvalidPayload(f"{path}.at: must not lie in the future")
            if isinstance(it, Answer) and it.about == "birthday":
                refuse_birth(Profile(birthday=date.fromisoformat(it.answer)), at=at, path=f"{path}.answer.")
        return [_word(it, {**dict(it), "at": min(it.at or at, at)}) for _, it in sent]


def _word(sent: Granted | Answer, fields: dict[str, Any]) -> Word:
    return Preference(**fields) if isinstance(sent, Answer) else Consent(**fields)
