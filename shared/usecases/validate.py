"""Ask whether offers may be used, and hold them if a session asks for it."""

from datetime import datetime
from typing import Protocol

from shared.domain.checkout import Checkout, Verdict, refuse_malformed, refuse_too_large
from shared.usecases import judged_anew
from shared.usecases.checkout import Gathering, judge


class Holding(Gathering, Protocol):
    def hold(self, verdict: Verdict, *, session: str, until: datetime) -> None: ...


@judged_anew
def validate(checkout: Checkout, *, at: datetime, ledger: Holding) -> Verdict:
    """Judge a checkout. Nothing is written but a session's hold, which is of every offer or of none.

    Raises:
        PromotionError: if the list of offers is senseless, or too much at once; Busy: if others kept taking what was to
            be held.
    """
    refuse_malformed(checkout.named, project=ledger.project)
    verdict = judge(checkout, at=at, ledger=ledger, warm=True)
    session = checkout.session
    if session is None or session.key is None or not verdict.valid:
        return verdict
    refuse_too_large(verdict)
    ledger.hold(verdict, session=session.key, until=session.until(at))
    return verdict
