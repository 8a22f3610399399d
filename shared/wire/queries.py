"""What a query string may say."""

from typing import Annotated

from pydantic import Field

from shared.domain.model import Frozen


class PageQuery(Frozen):
    """Which part of a list is asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    page: Annotated[int, Field(ge=1)] = 1
    order: Annotated[str, Field(max_length=64)] = "-created_at"


class CountQuery(Frozen):
    """How many codes a campaign shall get."""

    vouchers_count: Annotated[int, Field(ge=1, le=20_000_000)] = 1
