"""Async actions: the queue from which the worker takes them, and where one that keeps failing waits for a person."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.machine import LAMBDA, Machine
from infra.names import name

LONGEST_WORK = Duration.minutes(5)
"""How long the worker may go on with one action before it is stopped; the next delivery carries on where it was."""

ATTEMPTS = 5
"""Deliveries of a message before it counts as failing for good."""


class Actions(Construct):
    """Encrypted queues that refuse plain HTTP; a message carries an action's id and no data of anybody."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        # What plays AWS on a machine of one's own speaks nothing but plain HTTP.
        enforce_ssl = Machine.of(self) == LAMBDA
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=name(self, "actions", "dead-letters"),
            retention_period=Duration.days(14),  # the most there is: a person comes back from a holiday
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=enforce_ssl,
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=name(self, "actions"),
            # A message is sent a moment before its action is committed, and must not overtake it.
            delivery_delay=Duration.seconds(1),
            # It comes back once the worker has had all its time, and no sooner: two workers on one action do no harm,
            # because each piece is committed with the progress that it makes, but no good either.
            visibility_timeout=LONGEST_WORK.plus(Duration.seconds(30)),
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=ATTEMPTS, queue=self.dead_letters),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=enforce_ssl,
        )

    def let_send(self, grantee: iam.IGrantable) -> None:
        """Allow to put an action into the queue, and not to read it."""
        self.queue.grant(grantee, "sqs:SendMessage")

    def worked_by(self, worker: lambda_.Function) -> None:
        """Deliver each action to the worker; only what it reports as failed comes back."""
        worker.add_event_source(
            event_sources.SqsEventSource(
                self.queue,
                # One action at a time, so that the clock of a long one is not another's.
                batch_size=1,
                report_batch_item_failures=True,
                # Bulk work never takes the account's concurrency away from the checkout.
                max_concurrency=10,
            )
        )
