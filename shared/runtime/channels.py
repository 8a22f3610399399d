"""The channels on which messages leave, as the environment names them."""

from collections.abc import Mapping
from functools import cache
from os import environ
from typing import Any, Protocol, cast

from botocore.config import Config
from botocore.session import Session

from shared.delivery.email import Email, SesV2
from shared.delivery.sms import Sms, Sns
from shared.domain.post.deliveries import Channel, Message
from shared.domain.post.links import Unsubscription
from shared.runtime.settings import PATIENCE
from shared.storage.seals import SealStore
from shared.storage.table import Table

ONCE = PATIENCE.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
"""A library that tried again by itself after a silence would send twice."""


class Sender(Protocol):
    def send(self, message: Message) -> str: ...


@cache
def channels() -> Mapping[Channel, Sender]:
    """What hands messages over, by channel; e-mails come from ``SENDER``."""
    ses, sns = cast("SesV2", _client("sesv2")), cast("Sns", _client("sns"))
    return {"email": Email(ses, environ["SENDER"], environ.get("CONFIGURATION_SET")), "sms": Sms(sns)}


def public_url() -> str:
    """Where people reach this API; links in messages begin with it."""
    return environ["PUBLIC_URL"].rstrip("/")


def unsubscribe_url(table: Table, wish: Unsubscription) -> str:
    """The link by which somebody ends what their message is about."""
    token = wish.token(SealStore(table, wish.project).get())
    return f"{public_url()}/u/{token}"


def _client(service: str) -> Any:
    client = Session().create_client(service, config=ONCE)
    # A Lambda that was asleep wakes with connections that the other side has closed: a message on one of them would be
    # lost, and nobody could know. A connection of its own costs each message a handshake.
    client.meta.events.register("before-send", _alone)
    return client


def _alone(request: Any, **_: Any) -> None:
    request.headers["Connection"] = "close"
