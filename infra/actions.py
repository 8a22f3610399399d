"""Async actions: the queue from which the worker takes them, and where one that keeps failing waits for a person."""

from aws_cdk import Duration
from constructs import Construct

from infra.work import Work

LONGEST_WORK = Duration.minutes(5)
"""How long the worker may go on with one action before it is stopped; the next delivery carries on where it was."""

ATTEMPTS = 5
"""Deliveries of a message before it counts as failing for good."""

AT_ONCE = 10
"""Bulk work never takes the account's concurrency away from the checkout."""


class Actions(Work):
    """A message carries an action's id."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(
            scope,
            id_,
            what="actions",
            longest=LONGEST_WORK,
            attempts=ATTEMPTS,
            # A message is sent a moment before its action is committed, and must not overtake it.
            delay=Duration.seconds(1),
        )
