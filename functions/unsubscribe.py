"""The link at the end of a message. To look at it changes nothing, for scanners follow links; the button, or one click
in a mail program (RFC 8058), ends what the message was about.
"""

from datetime import datetime

from shared.domain.errors import NotFound
from shared.domain.post.consents import Consent
from shared.domain.post.links import Unsubscription, wish_of
from shared.runtime import settings
from shared.runtime.links import Links, Page
from shared.storage.consents import ConsentStore
from shared.storage.customers import CustomerStore
from shared.storage.seals import SealStore
from shared.usecases.consents import hear

handler = api = Links()

BUTTON = '<form method="post"><button>Unsubscribe</button></form>\n'
ASKED = Page("Unsubscribe", "You will get no more messages of this kind.", BUTTON)
DONE = Page("You are unsubscribed", "You will get no more messages of this kind.")
SOURCE = "unsubscribe"


@api.get("/u/{token}", outcome="told")
def ask(token: str, *, at: datetime) -> Page:  # noqa: ARG001 - a link is good for ever
    _meant(token)
    return ASKED


@api.post("/u/{token}", outcome="unsubscribed")
def unsubscribe(token: str, *, at: datetime) -> Page:
    """Done is done: again, or once they are no customer any more, it is as well."""
    wish, table = _meant(token), settings.table()
    word = Consent(channel=wish.channel, purpose=wish.purpose, granted=False, source=SOURCE, at=at)
    people, consents = CustomerStore(table, wish.project), ConsentStore(table, wish.project)
    try:
        hear(wish.customer_id, [word], at=at, people=people, consents=consents)
    except NotFound:
        return DONE
    return DONE


def _meant(token: str) -> Unsubscription:
    """What a link is for.

    Raises:
        NotFound: if no project has made it.
    """
    wish = wish_of(token)
    seal = SealStore(settings.table(), wish.project).find() if wish else None
    if wish is None or seal is None or not wish.is_meant_by(token, seal):
        raise NotFound("link", "")
    return wish
