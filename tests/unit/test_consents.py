"""The latest word counts, whenever it is heard; what says nothing new is not kept again."""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.post.consents import Consent, Consents
from shared.domain.post.deliveries import Channel, Purpose
from tests.unit.values import AT, DAY, MILLISECOND

SILENT = Consents(customer_id="cust_1")


def word(
    *, granted: bool = True, channel: Channel = "email", purpose: Purpose = "marketing", after: timedelta = timedelta()
) -> Consent:
    return Consent(channel=channel, purpose=purpose, granted=granted, source="form", at=AT + after)


def test_who_has_said_nothing_has_allowed_nothing() -> None:
    assert not SILENT.allow("email", "marketing")


def test_a_word_is_of_one_channel_and_one_purpose() -> None:
    consents = SILENT.after([word()])
    assert consents.allow("email", "marketing")
    assert not consents.allow("sms", "marketing")
    assert not consents.allow("email", "transactional")


def test_the_latest_word_counts() -> None:
    yes, no = word(), word(granted=False, after=MILLISECOND)
    assert SILENT.after([yes, no]).current == (no,)
    assert SILENT.after([yes]).after([no]).current == (no,)


def test_what_was_said_earlier_and_is_heard_later_does_not_count() -> None:
    yes, no = word(), word(granted=False, after=DAY)
    assert SILENT.after([no]).after([yes]).current == (no,)


def test_of_two_words_at_one_instant_the_one_that_is_told_last_counts() -> None:
    yes, no = word(), word(granted=False)
    assert SILENT.after([yes]).after([no]).current == (no,)
    assert SILENT.after([no]).after([yes]).current == (yes,)


def test_what_counts_already_is_nothing_new() -> None:
    """Told again as it was, or without an instant, which is then that of the request."""
    yes, now = word(), AT + DAY
    consents = SILENT.after([yes])
    assert consents.news([yes], at=now) == []
    assert consents.news([word(after=DAY)], at=now) == []


def test_the_same_word_of_another_day_or_place_is_new() -> None:
    consents, now = SILENT.after([word()]), AT + 2 * DAY
    confirmed, in_shop = word(after=DAY), word(after=2 * DAY).model_copy(update={"source": "shop"})
    assert consents.news([confirmed], at=now) == [confirmed]
    assert consents.news([in_shop], at=now) == [in_shop]


def test_a_word_is_new_beside_those_before_it_in_the_same_breath() -> None:
    """A no of yesterday and then a yes of now: the yes is no repetition of the yes that counted before."""
    consents, now = SILENT.after([word()]), AT + 2 * DAY
    said = [word(granted=False, after=DAY), word(after=2 * DAY)]
    assert consents.news(said, at=now) == said
    assert consents.news([said[0], said[0]], at=now) == said[:1]


WORDS = st.lists(
    st.builds(
        word,
        granted=st.booleans(),
        channel=st.sampled_from(["email", "sms"]),
        purpose=st.sampled_from(["marketing", "transactional"]),
        after=st.integers(0, 10_000).map(lambda minutes: timedelta(minutes=minutes)),
    ),
    unique_by=lambda it: it.at,
    max_size=12,
)


@given(WORDS, st.randoms(), st.integers(0, 12))
def test_whoever_hears_the_same_words_in_any_order_and_number_of_calls_knows_the_same(
    words: list[Consent], chance: Random, cut: int
) -> None:
    order = list(words)
    chance.shuffle(order)
    assert SILENT.after(order[:cut]).after(order[cut:]) == SILENT.after(words)
