"""The webhook: where what is for a shop's app or page is handed over, settled, told and forgotten."""

import secrets
from functools import partial

from shared.domain.post.webhooks import Settled, Webhook, address
from shared.runtime.api import Api, Request
from shared.runtime.channels import on_one_machine
from shared.storage.webhooks import WebhookStore
from shared.usecases.webhooks import forget_webhook, settle_webhook
from shared.wire.answers import webhooks
from shared.wire.webhooks import WebhookBody

handler = api = Api()

DRAWN = 32
"""Bytes of a secret: as many as its signature has."""


@api.get("/v1/webhook", answer=webhooks.webhook)
def get(request: Request) -> Webhook:
    return _webhooks(request).get()


@api.put("/v1/webhook", answer=webhooks.settled)
def settle(request: Request) -> Settled:
    said = request.read(WebhookBody)
    return settle_webhook(
        address(said.url, here=on_one_machine()),
        rotate=said.rotate,
        at=request.at,
        draw=partial(secrets.token_bytes, DRAWN),
        webhooks=_webhooks(request),
    )


@api.delete("/v1/webhook")
def forget(request: Request) -> None:
    forget_webhook(webhooks=_webhooks(request))


def _webhooks(request: Request) -> WebhookStore:
    return WebhookStore(request.table, request.project)
