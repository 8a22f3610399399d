"""Which part of a list a request asks for; its own module, so that a checkout does not load what only lists need."""

from urllib.parse import parse_qsl

from shared.domain.customers import Profile
from shared.domain.lists import Query
from shared.runtime.api import Request
from shared.storage.customer_items import customer_id
from shared.wire import lists


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
