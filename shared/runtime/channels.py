"""The channels on which messages leave, as the environment names them."""

from collections.abc import Mapping
from functools import cache
from os import environ
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.session import Session

from shared.delivery.email import Email, SesV2
from shared.delivery.pacing import PATIENCE as PATIENT
from shared.delivery.pacing import InTurn, Paced
from shared.delivery.sms import Sms, Sns
from shared.delivery.webhook import Webhooks
from shared.domain.post.deliveries import Channel, Message
from shared.domain.post.links import Unsubscription
from shared.domain.post.pace import Bucket
from shared.domain.post.webhooks import THIS_MACHINE
from shared.runtime.settings import PATIENCE
from shared.storage.pace import PaceStore
from shared.storage.seals import SealStore
from shared.storage.table import Table
from shared.storage.webhooks import WebhookStore

ONCE = PATIENCE.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
"""A library that tried again by itself after a silence would send twice."""


class Sender(Protocol):
    def send(self, message: Message) -> str: ...


@cache
def channels() -> Mapping[Channel, Sender]:
    """What hands messages over, by channel; e-mails come from ``SENDER``."""
    ses, sns = cast("SesV2", _client("sesv2")), cast("Sns", _client("sns"))
    return {"email": Email(ses, environ["SENDER"], environ.get("CONFIGURATION_SET")), "sms": Sms(sns)}


RATES: Mapping[Channel, str] = {"email": "MAIL_RATE", "sms": "TEXT_RATE"}
"""Where the environment tells how many recipients a second a provider allows the account; without it, or by 0, nobody
is counted. A webhook is the shop's own, and says itself when it wants patience.
"""


def carriers(table: Table, project: str, *, patience: float = PATIENT) -> Mapping[Channel, Sender]:
    """What hands the messages of a project over, by channel; ``patience`` is in seconds."""
    webhook = Paced(Webhooks(WebhookStore(table, project).now, here=on_one_machine()), patience=patience)
    ours = {it: Paced(sender, patience=patience) for it, sender in channels().items()}
    return {**ours, "push": webhook, "web": webhook}


def turns(table: Table, *, patience: float = PATIENT) -> InTurn:
    """Who waits for a message's turn; all projects of the account share them."""
    rates = {channel: float(environ.get(named) or 0) for channel, named in RATES.items()}
    paces = {it: PaceStore(table, it, Bucket(rate), patience=patience) for it, rate in rates.items() if rate}
    return InTurn({channel: pace.turn for channel, pace in paces.items()})


def on_one_machine() -> bool:
    """Whether this API is reached on this machine only, where a shop that is tried out may listen beside it."""
    return urlsplit(environ.get("PUBLIC_URL", "")).hostname in THIS_MACHINE


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
