"""A schedule is changed and switched: what it has missed by then stays missed."""

from typing import Any

import pytest

from tests.unit.test_occasions import DOG_DAY, schedule
from tests.unit.values import AT, DAY

ON = schedule().switched(active=True, at=AT)
LATER = AT + DAY


def test_switching_on_what_is_on_changes_nothing() -> None:
    assert ON.switched(active=True, at=LATER) is ON
    assert ON.switched(active=False, at=LATER).active_since is None
    assert ON.switched(active=False, at=LATER).switched(active=True, at=LATER).active_since == LATER


@pytest.mark.parametrize(
    ("case", "fields", "since"),
    [
        ("another name", {"name": "Renamed"}, AT),
        ("other channels", {"channels": ("sms",), "templates": {"sms": "tmpl_2"}}, AT),
        ("another length of the code", {"validity": "P1D"}, AT),
        ("the hour that it has", {"send_at": "09:00"}, AT),
        ("another hour", {"send_at": "09:15"}, LATER),
        ("another occasion", {"occasion": DOG_DAY}, LATER),
        ("another offset", {"offset": "-P1D"}, LATER),
        ("another zone", {"time_zone": "UTC"}, LATER),
        ("another policy", {"leap_day": "MAR_1"}, LATER),
    ],
)
def test_whoever_changes_when_it_runs_changes_it_from_now_on(case: str, fields: dict[str, Any], since: object) -> None:
    changed = ON.changed(**fields, at=LATER)
    assert (changed.active_since, changed.updated_at, changed.created_at) == (since, LATER, AT)
    assert schedule().changed(**fields, at=LATER).active_since is None
