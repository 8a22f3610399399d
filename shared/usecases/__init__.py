"""What the engine does, one module a verb: gather facts, decide, commit; judged anew when the facts moved."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from shared.domain.errors import Busy, Moved

P = ParamSpec("P")
R = TypeVar("R")

ROUNDS = 12
"""How often a decision is made anew because others were faster; then the request is told to ask again."""


def judged_anew(verb: Callable[P, R]) -> Callable[P, R]:
    """Do a verb from the top, gathering and deciding anew, as long as the facts move before it can commit.

    Raises:
        Busy: if others were faster every time; nothing was written.
    """

    @wraps(verb)
    def settled(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(ROUNDS):
            try:
                return verb(*args, **kwargs)
            except Moved:
                continue
        raise Busy

    return settled
