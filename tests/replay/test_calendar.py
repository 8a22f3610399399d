"""The year of birthdays, with the first of its thousand customers, two in every zone."""

from collections import Counter

from tests.replay.calendar import ZONES, expected, lived, people


def test_everybody_in_forty_zones_is_congratulated_once_at_nine_where_they_are() -> None:
    born = people(2 * len(ZONES))
    assert len({zone for zone, _ in born.values()}) == 40
    mails = expected(born)
    assert Counter(Counter(to for to, _ in mails.elements()).values()) == {1: len(born)}
    year = lived(born)
    assert year.sent == mails
    assert year.ledger == {"SENT": len(born)}
    assert sum(due for due, _ in year.runs) == len(born)
    assert all(due == sent for due, sent in year.runs)


def test_a_thousand_have_a_thousand_mails_to_come() -> None:
    mails = expected(people(1_000))
    assert Counter(Counter(to for to, _ in mails.elements()).values()) == {1: 1_000}
