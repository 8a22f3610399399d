"""An async action: work that a request starts and a queue carries on, in lanes that do not wait for each other."""

from typing import Any, Literal, NamedTuple

from pydantic import Field

from shared.domain.model import Frozen, Instant

LANES = 8
"""Lanes at most: so many transactions of one action are in flight at once."""
TOLD = 100
"""Bad rows that an import tells of, the first ones; it counts them all."""

Type = Literal[
    "CAMPAIGN_VOUCHERS_GENERATION",
    "CAMPAIGN_DELETION",
    "CAMPAIGN_VOUCHERS_IMPORT",
    "VOUCHERS_IMPORT",
    "CUSTOMERS_IMPORT",
    "ORDERS_IMPORT",
]


class AsyncAction(Frozen):
    """Its progress survives a crash: ``done`` of ``total`` are finished, and none of them is done twice.

    What is finished exactly stands in its lanes; ``done`` follows them, and what the campaign counts follows ``done``.
    """

    id: str
    type: Type
    campaign_id: str | None = None
    status: Literal["ENQUEUED", "IN_PROGRESS", "DONE", "FAILED"] = "ENQUEUED"
    total: int = 0
    done: int = 0
    counted: int = 0
    """How many of the codes that it made its campaign counts already."""
    shares: tuple[int, ...] = ()
    """How much of the total is each lane's."""
    columns: tuple[str, ...] = ()
    """Of an import from a file: what its columns are."""
    voucher: dict[str, Any] | None = None
    """What the new codes have of their own, besides what they have from the campaign."""
    request_id: str | None = None
    result: dict[str, Any] | None = None
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1

    @property
    def progress(self) -> int:
        """In percent."""
        if self.status == "DONE":
            return 100
        return self.done * 100 // self.total if self.total else 0

    @property
    def ended(self) -> bool:
        return self.status in ("DONE", "FAILED")


class Row(NamedTuple):
    """One row of an import: its line in the file (or its place in the array), and what it says."""

    line: int
    fields: dict[str, Any] | list[str]


class BadRow(Frozen):
    """A row that was not brought in, and why."""

    line: int
    details: str


class Lane(Frozen):
    """A part of an action that is worked on by itself, from its first to its last, each step one transaction with the
    codes or rows that it brings. ``version`` 0 has not been written yet; a closed lane never moves again.
    """

    number: int
    total: int
    done: int = 0
    failed_count: int = 0
    failed: tuple[BadRow, ...] = Field(default=())
    closed: bool = False
    version: int = 0

    @property
    def left(self) -> int:
        return 0 if self.closed else self.total - self.done

    def advanced(self, by: int, *bad: BadRow) -> "Lane":
        """The lane after one more step, in which these rows were bad."""
        told = (*self.failed, *bad)[:TOLD]
        return self.model_copy(
            update={"done": self.done + by, "failed_count": self.failed_count + len(bad), "failed": told}
        )


def shares(total: int, piece: int) -> tuple[int, ...]:
    """A total cut into as many even lanes as are worth while, each at least a piece.

    >>> shares(100_000, 99), shares(199, 99), shares(5, 99)
    ((12500, 12500, 12500, 12500, 12500, 12500, 12500, 12500), (67, 66, 66), (5,))
    """
    lanes = min(LANES, -(-total // piece))
    return tuple(total // lanes + (number < total % lanes) for number in range(lanes))
