"""Make, change and end a single voucher, and give a held use back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.errors import Duplicate, Moved, NotFound
from shared.domain.rules.model import ValidationRule
from shared.domain.vouchers import Hold, Made, Voucher
from shared.usecases import judged_anew
from shared.usecases.schemas import Settled


class Vouchers(Settled, Protocol):
    def get(self, code: str) -> Made: ...
    def add(self, made: Made, *, rules: Sequence[ValidationRule] = (), otherwise: Exception) -> None: ...
    def save(self, made: Made) -> None: ...
    def remove(self, voucher: Voucher, *, for_good: bool) -> None: ...
    def hold(self, code: str, session: str) -> Hold | None: ...
    def release(self, voucher: Voucher, hold: Hold) -> None: ...


@judged_anew
def create_voucher(
    make: Callable[[], Voucher], *, given: bool, rules: Sequence[ValidationRule] = (), vouchers: Vouchers
) -> Made:
    """Make a voucher that stands alone; where the code is not ``given``, ``make`` draws another until one is free. Of
    the rules that it is under, ``rules`` are made with it.

    Raises:
        Duplicate: if the given code, in any spelling, is taken; InvalidPayload: if there is no such rule, or
            its metadata is not what the project's schema wants.
    """
    made = Made(make())
    vouchers.settled().schemas.refuse("voucher", made.voucher.metadata)
    taken = Duplicate("voucher", made.voucher.code) if given else Moved()
    vouchers.add(made, rules=rules, otherwise=taken)
    return made


@judged_anew
def change_voucher(code: str, change: Callable[[Voucher], Voucher], *, at: datetime, vouchers: Vouchers) -> Made:
    """Change a voucher; its counters are not touched.

    Raises:
        NotFound: no such voucher; InvalidPayload: if its metadata is not what the project's schema wants.
    """
    made = vouchers.get(code)
    changed = Made(change(made.voucher).model_copy(update={"updated_at": at}), made.campaign)
    if changed.voucher.metadata != made.voucher.metadata:
        vouchers.settled().schemas.refuse("voucher", changed.voucher.metadata)
    vouchers.save(changed)
    return changed


@judged_anew
def delete_voucher(code: str, *, for_good: bool, vouchers: Vouchers) -> None:
    """Delete a voucher; unless ``for_good``, its code can never be given to another.

    Raises:
        NotFound: no such voucher.
    """
    return vouchers.remove(vouchers.get(code).voucher, for_good=for_good)


@judged_anew
def release_session(code: str, session: str, *, vouchers: Vouchers) -> Hold:
    """Give the use back that a session holds.

    Raises:
        NotFound: no such voucher, or the session holds nothing of it.
    """
    voucher = vouchers.get(code).voucher
    hold = vouchers.hold(code, session)
    if hold is None:
        raise NotFound("session", session)
    vouchers.release(voucher, hold)
    return hold
