"""Settle where what is for a shop's app or page is handed over. Its secret is told once: to whoever had it drawn."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from shared.domain.post.webhooks import Settled, Webhook, secret_of
from shared.usecases import judged_anew


class Webhooks(Protocol):
    def find(self) -> Webhook | None: ...
    def get(self) -> Webhook: ...
    def save(self, webhook: Webhook) -> None: ...
    def remove(self, webhook: Webhook) -> None: ...


@judged_anew
def settle_webhook(url: str, *, rotate: bool, at: datetime, draw: Callable[[], bytes], webhooks: Webhooks) -> Settled:
    """Have messages handed over there; the secret stays, unless there was none or it shall be another."""
    known = webhooks.find()
    drawn = rotate or known is None
    if known is None:
        webhook = Webhook(url=url, secret=secret_of(draw()), created_at=at)
    else:
        secret = secret_of(draw()) if rotate else known.secret
        webhook = known.model_copy(update={"url": url, "secret": secret, "updated_at": at})
    webhooks.save(webhook)
    return Settled(webhook, drawn)


@judged_anew
def forget_webhook(*, webhooks: Webhooks) -> None:
    """Hand nothing over any more: push and web have no address then, and the next channel takes what is due.

    Raises:
        NotFound: if there is none.
    """
    webhooks.remove(webhooks.get())
