"""What a query string may say."""

from typing import Annotated

from pydantic import Field

from shared.domain.model import Frozen


class CountQuery(Frozen):
    """How many codes a campaign shall get."""

    vouchers_count: Annotated[int, Field(ge=1, le=20_000_000)] = 1
