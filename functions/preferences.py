"""The link at the end of a message: what somebody wants to get, and how they end it.

To look at it changes nothing, for scanners follow links. The button, or one click in a mail program (RFC 8058), ends
what the message was about; the form keeps what somebody has changed in it.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from http import HTTPStatus

from shared.delivery.phrases import Phrases, phrases_of
from shared.delivery.preference_page import Centre, body_of
from shared.domain.errors import InvalidPayload, NotFound
from shared.domain.post.addresses import addresses_of
from shared.domain.post.choices import choices_of
from shared.domain.post.consents import Consent, Word
from shared.domain.post.links import Unsubscription, wish_of
from shared.runtime import settings
from shared.runtime.explaining import explanations
from shared.runtime.links import Links, Page, Visit
from shared.storage.brands import BrandStore
from shared.storage.consents import ConsentStore
from shared.storage.contact_policy import PolicyStore
from shared.storage.customers import CustomerStore
from shared.storage.seals import SealStore
from shared.storage.suppressions import SuppressionStore
from shared.usecases.consents import hear
from shared.usecases.why import why
from shared.wire.body import LARGEST_FORM
from shared.wire.preferences import is_form, words_of

handler = api = Links()

SOURCE = "unsubscribe"
"""Of the one word of whoever fills nothing in."""
Says = Callable[[Phrases], tuple[str, str]]
"""A page's heading, and what has come of it."""


@api.get("/u/{token}", outcome="told")
def ask(visit: Visit, token: str) -> Page:
    wish = _meant(token)
    return _page(wish, visit, lambda words: (words.preferences, ""), reasons=_reasons(wish))


@api.post("/u/{token}", outcome="unsubscribed")
def say(visit: Visit, token: str) -> Page:
    """Done is done: again, or once they are no customer any more, it is as well."""
    wish = _meant(token)
    if is_form(visit.body):
        return _filled_in(wish, visit)
    if len(visit.body) > LARGEST_FORM:
        return _refused(_page(wish, visit, lambda words: (words.preferences, words.unreadable)))
    _hear(wish, [Consent(channel=wish.channel, purpose=wish.purpose, granted=False, source=SOURCE, at=visit.at)], visit)
    return _page(wish, visit, lambda words: (words.unsubscribed, words.no_more))


def _filled_in(wish: Unsubscription, visit: Visit) -> Page:
    policy = PolicyStore(settings.table(), wish.project).get()
    try:
        _hear(wish, words_of(visit.body, policy, at=visit.at), visit)
    except InvalidPayload as refusal:
        born = refusal.details.startswith("birth")
        return _refused(
            _page(wish, visit, lambda words: (words.preferences, words.no_birthday if born else words.unreadable))
        )
    return _page(wish, visit, lambda words: (words.preferences, words.saved))._replace(outcome="heard")


def _hear(wish: Unsubscription, words: Sequence[Word], visit: Visit) -> None:
    table = settings.table()
    people, consents = CustomerStore(table, wish.project), ConsentStore(table, wish.project)
    with suppress(NotFound):  # whoever is forgotten gets nothing any more
        hear(wish.customer_id, words, at=visit.at, people=people, consents=consents)


def _page(wish: Unsubscription, visit: Visit, says: Says, *, reasons: Sequence[str] = ()) -> Page:
    """The preference centre, below what has come of it."""
    table, project = settings.table(), wish.project
    person = CustomerStore(table, project).find(wish.customer_id)
    words, choices = phrases_of(*visit.languages), None
    if person:
        words = phrases_of(person.customer.profile.locale, *visit.languages)
        consents = ConsentStore(table, project).get(person.customer.id)
        suppressed = SuppressionStore(table, project).of(addresses_of(person.customer))
        choices = choices_of(person.customer, consents, PolicyStore(table, project).get(), suppressed)
    centre = Centre(wish.channel, wish.purpose, choices, visit.at.date(), reasons)
    return Page(*says(words), body_of(centre, words), words.language, BrandStore(table, project).now())


def _refused(page: Page) -> Page:
    return page._replace(status=HTTPStatus.BAD_REQUEST, key="invalid_payload")


def _reasons(wish: Unsubscription) -> Sequence[str]:
    """Why they got the message, where it is known which one it was."""
    with suppress(NotFound):
        if wish.delivery_id:
            return why(wish.delivery_id, store=explanations(settings.table(), wish.project)).sentences()
    return ()


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
