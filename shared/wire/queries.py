"""What a query string may say."""

from typing import Annotated

from pydantic import Field

from shared.domain.model import Frozen, Name


class PageQuery(Frozen):
    """Which part of a list is asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    page: Annotated[int, Field(ge=1)] = 1
    order: Annotated[str, Field(max_length=64)] = "-created_at"


class RedemptionQuery(Frozen):
    """Which redemptions are asked for."""

    result: Annotated[str, Field(max_length=16)] | None = None
    campaign: Name | None = None
    customer: Name | None = None


class VoucherQuery(Frozen):
    """Which vouchers are asked for."""

    campaign: Name | None = None
    campaign_id: Name | None = None


class CountQuery(Frozen):
    """How many codes a campaign shall get."""

    vouchers_count: Annotated[int, Field(ge=1, le=20_000_000)] = 1
