"""Consent: what somebody has allowed, for each channel and purpose; the latest word counts, every word is kept.

Beside it stands what they would rather have: which topics, how often, when their birthday is. Each answer is their own
(zero-party), with its time.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, NamedTuple, cast

from shared.domain.model import Frozen, Instant, Name
from shared.domain.post.deliveries import Channel, Purpose


class Consent(Frozen):
    """One word of somebody's: yes or no, where it was given (a form, a shop), and when."""

    channel: Channel
    purpose: Purpose = "marketing"
    granted: bool
    source: Name
    at: Instant

    @property
    def question(self) -> tuple[str, ...]:
        """What it answers: whether they may be written to on a channel for a purpose."""
        return (self.channel, self.purpose)


Frequency = Literal["ALL", "DAILY", "WEEKLY", "MONTHLY"]
"""How often somebody wants marketing: whatever comes, or at most once a day, week or month of theirs."""


class Preference(Frozen):
    """One answer of their own: to a topic (``YES``, ``NO``), how often (``Frequency``), their birthday (a date)."""

    about: Literal["topic", "frequency", "birthday"]
    topic: Name | None = None
    """The topic's id, where it is about one."""
    answer: Name
    source: Name
    at: Instant

    @property
    def question(self) -> tuple[str, ...]:
        return (self.about, self.topic or "")


Word = Consent | Preference
"""Whatever somebody says of being written to."""


class Consents(Frozen):
    """What somebody allows now, and how often that has changed. Whoever has said nothing has allowed nothing."""

    customer_id: str
    current: tuple[Consent, ...] = ()
    """The latest word for each channel and purpose, by the instant at which it was given."""
    preferences: tuple[Preference, ...] = ()
    """The latest answer to each question."""
    version: int = 0

    @property
    def counting(self) -> tuple[Word, ...]:
        """Every word that counts."""
        return (*self.current, *self.preferences)

    def word(self, channel: Channel, purpose: Purpose) -> Consent | None:
        """The latest word of this channel and purpose."""
        return next((it for it in self.current if (it.channel, it.purpose) == (channel, purpose)), None)

    def likes(self, topic: str | None) -> bool:
        """Whether they want to hear of a topic: of whatever they have not declined."""
        return not any((it.about, it.topic, it.answer) == ("topic", topic, "NO") for it in self.preferences)

    @property
    def frequency(self) -> Frequency:
        """How often they want to be written to; who has not said so, as the shop's own policy has it."""
        said = next((it.answer for it in self.preferences if it.about == "frequency"), "ALL")
        return cast("Frequency", said)

    @property
    def birthday(self) -> date | None:
        """When their birthday is, if that is something that they have said themselves."""
        said = next((it.answer for it in self.preferences if it.about == "birthday"), None)
        return date.fromisoformat(said) if said else None

    def allow(self, channel: Channel, purpose: Purpose) -> bool:
        """Whether a message of this purpose may go out on this channel."""
        return any(it.granted for it in self.current if (it.channel, it.purpose) == (channel, purpose))

    def after(self, words: Iterable[Word]) -> "Consents":
        """With what was said since. What was said earlier than what counts is too late to count; at one instant the
        word that is told last counts.
        """
        latest = {it.question: it for it in self.counting}
        for word in words:
            known = latest.get(word.question)
            if known is None or word.at >= known.at:
                latest[word.question] = word
        every = [latest[it] for it in sorted(latest)]
        current = tuple(it for it in every if isinstance(it, Consent))
        preferences = tuple(it for it in every if isinstance(it, Preference))
        return self.model_copy(update={"current": current, "preferences": preferences})

    def news(self, words: Iterable[Word], *, at: datetime) -> list[Word]:
        """Those of the words that say something new at an instant: not what counts already, told again with its own
        instant or with none, which is then that of the request.
        """
        new: list[Word] = []
        for word in words:
            counting = self.after(new).counting
            if not any(it == word or (word.at == at and it.model_copy(update={"at": at}) == word) for it in counting):
                new.append(word)
        return new


class History(NamedTuple):
    """What somebody allows, and what they have said, the latest first."""

    consents: Consents
    ledger: tuple[Word, ...]
