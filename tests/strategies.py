"""What hypothesis may draw: amounts, discounts and orders as they may stand in a request."""

from typing import Any

from hypothesis import strategies as st

from tests.builders import amount_off, fixed_price, percent_off

LARGEST = 2**53

amounts = st.integers(0, 100_000) | st.integers(0, LARGEST)
"""Minor units: mostly a cart's, now and then the largest that JSON holds."""

percents = st.integers(1, 10_000).map(lambda hundredths: hundredths / 100)

discounts: st.SearchStrategy[dict[str, Any]] = st.one_of(
    amounts.map(amount_off),
    percents.map(percent_off),
    st.builds(percent_off, percents, amount_limit=amounts),
    amounts.map(fixed_price),
)
