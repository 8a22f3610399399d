"""Which part of a list a request asks for; its own module, so that a checkout does not load what only lists need."""

from urllib.parse import parse_qsl

from shared.domain.customers import Profile
from shared.domain.errors import PromotionError
from shared.domain.lists import Query
from shared.runtime.api import Request
from shared.storage.customers import customer_id
from shared.storage.table import Page
from shared.wire import lists
from shared.wire.queries import PageQuery

MOST_PAGES = 1_000


def query_of(request: Request, asked: lists.Asked) -> Query:
    """What is asked of a list.

    Raises:
        InvalidPayload: naming what is wrong; PromotionError: ``page_over_limit``.
    """
    # API Gateway joins what was sent twice by commas, which a value may have itself: here it is read as it was sent.
    pairs = parse_qsl(request.raw_query, keep_blank_values=True)

    def known_as(named: str) -> str:
        return customer_id(request.project, Profile(id=named)) or named

    return lists.query_of(pairs, asked, at=request.at, customer_id=known_as)


def page_of(request: Request) -> Page:
    """The part that is asked for.

    Raises:
        InvalidPayload: ``limit`` is not 1 to 100; PromotionError: ``page_over_limit``.
    """
    asked = request.query(PageQuery)
    if asked.page > MOST_PAGES:
        raise PromotionError("page_over_limit", "Page over limit", details=f"page: at most {MOST_PAGES}")
    return Page(asked.limit, (asked.page - 1) * asked.limit, newest_first=asked.order.startswith("-"))
