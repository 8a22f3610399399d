"""The pace of a channel, and patience with it: nobody is asked before their turn, and what asks to be slower all the
same is asked again a little later, a few times.
"""

import random
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from shared.domain.post.deliveries import Message, NotTaken

PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds at most before each further attempt."""
PATIENCE = 10.0
"""Seconds that a worker waits for a turn, and after which no further attempt is begun: one that finds nobody takes
its time, too, and a worker must have come to its end with a message before it is stopped. The queue has more.
"""


class Channel(Protocol):
    def send(self, message: Message) -> str: ...


def _any_part(of: float) -> float:
    return random.uniform(0, of)  # noqa: S311 - spreads, guards nothing


class Paced:
    """A channel, and the patience that it wants; full jitter, so that workers who were turned away do not meet again.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        patience: float = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
        part: Callable[[float], float] = _any_part,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channel = channel
        self._patience = patience
        self._sleep = sleep
        self._part = part
        self._seconds = seconds

    def send(self, message: Message) -> str:
        """Hand a message over; asked again only if it has surely not left.

        Raises:
            NotTaken, NeverTaken, PerhapsTaken: of the channel, when patience has come to its end.
        """
        began = self._seconds()
        for pause in PAUSES:
            try:
                return self._channel.send(message)
            except NotTaken:
                if self._seconds() - began > self._patience:
                    raise
                self._sleep(self._part(pause))
        return self._channel.send(message)


class InTurn:
    """Who waits for the turn of each message; ``turns`` takes one of a channel and tells in how many seconds it comes.
    A channel that is not among them has no pace.
    """

    def __init__(
        self, turns: Mapping[str, Callable[[], float]], *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._turns = turns
        self._sleep = sleep

    def wait(self, channel: str) -> None:
        """Come back when the turn of a message has come.

        Raises:
            NotTaken: if that is too far away, or nobody can tell.
        """
        turn = self._turns.get(channel)
        if turn is None:
            return
        try:
            seconds = turn()
        except NotTaken:
            raise
        except Exception as error:  # whatever it was, the message is still here
            raise NotTaken from error
        self._sleep(seconds)
