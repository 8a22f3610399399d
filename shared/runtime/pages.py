"""Which part of a list a request asks for; its own module, so that a checkout does not load what only lists need."""

from shared.domain.errors import PromotionError
from shared.runtime.api import Request
from shared.storage.table import Page
from shared.wire.queries import PageQuery

MOST_PAGES = 1_000


def page_of(request: Request) -> Page:
    """The part that is asked for.

    Raises:
        InvalidPayload: ``limit`` is not 1 to 100; PromotionError: ``page_over_limit``.
    """
    asked = request.query(PageQuery)
    if asked.page > MOST_PAGES:
        raise PromotionError("page_over_limit", "Page over limit", details=f"page: at most {MOST_PAGES}")
    return Page(asked.limit, (asked.page - 1) * asked.limit, newest_first=asked.order.startswith("-"))
