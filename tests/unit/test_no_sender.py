"""A shop that has not said who its mails are from."""

from typing import Any

import pytest

from shared.delivery.email import Email
from shared.domain.post.deliveries import Message, NeverTaken


class Nobody:
    """SES, where nothing must arrive."""

    def send_email(self, **said: Any) -> dict[str, Any]:
        raise AssertionError(said)


def test_a_mail_of_nobody_fails_for_good_and_names_the_reason() -> None:
    message = Message("email", "ann@example.com", "Happy birthday", "HAPPY-20")
    with pytest.raises(NeverTaken, match=r"^no_sender$"):
        Email(Nobody(), "", "bonbon").send(message)
