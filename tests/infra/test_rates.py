"""The pace of the channels as the context of a deployment tells it."""

import pytest
from aws_cdk import App, Stack

from infra.post import Post


@pytest.mark.parametrize(
    ("context", "rates"),
    [
        ({}, {"MAIL_RATE": "14", "TEXT_RATE": "20"}),
        ({"mail_rate": "200"}, {"MAIL_RATE": "200", "TEXT_RATE": "20"}),
        ({"mail_rate": 0, "text_rate": "0.5"}, {"MAIL_RATE": "0", "TEXT_RATE": "0.5"}),
    ],
)
def test_the_rates_are_what_a_new_account_has_unless_the_context_says_otherwise(
    context: dict[str, object], rates: dict[str, str]
) -> None:
    assert Post(Stack(App(context=context), "Bonbon"), "Post").rates == rates


@pytest.mark.parametrize("rate", ["fast", "", "-1", "nan", "inf"])
def test_a_rate_that_is_none_is_found_out_when_it_is_deployed(rate: str) -> None:
    with pytest.raises(ValueError, match=r"mail_rate|could not convert"):
        Post(Stack(App(context={"mail_rate": rate}), "Bonbon"), "Post")
