"""Work that waits in a queue for its worker, and what becomes of it if it keeps failing."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.machine import LAMBDA, Machine
from infra.names import name


class Work(Construct):
    """A queue and its dead letters, encrypted, that refuse plain HTTP. A message carries ids and no data of anybody."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        what: str,
        longest: Duration,
        attempts: int,
        delay: Duration | None = None,
    ) -> None:
        """``longest`` is how long the worker may go on with one message, ``attempts`` how often it is delivered."""
        super().__init__(scope, id_)
        self.dead_letters = dead_letters(self, what)
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=name(self, what),
            delivery_delay=delay,
            # It comes back once the worker has had all its time, and no sooner: two workers on one message do no harm,
            # because whatever they do has a key, but no good either.
            visibility_timeout=longest.plus(Duration.seconds(30)),
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=attempts, queue=self.dead_letters),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=_enforces_ssl(self),
        )

    def let_send(self, grantee: iam.IGrantable) -> None:
        """Allow to put a message into the queue, and not to read it."""
        self.queue.grant(grantee, "sqs:SendMessage")

    def worked_by(self, worker: lambda_.Function, *, at_once: int) -> None:
        """Deliver each message to the worker, so many at once; only what it reports as failed comes back."""
        worker.add_event_source(
            event_sources.SqsEventSource(
                self.queue,
                # One message at a time, so that the clock of a long one is not another's.
                batch_size=1,
                report_batch_item_failures=True,
                max_concurrency=at_once,
            )
        )


def dead_letters(scope: Construct, what: str, *, kept: Duration | None = None) -> sqs.Queue:
    """Where what failed for good waits for a person."""
    return sqs.Queue(
        scope,
        "DeadLetters",
        queue_name=name(scope, what, "dead-letters"),
        retention_period=kept or Duration.days(14),  # the most there is: a person comes back from a holiday
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=_enforces_ssl(scope),
    )


def _enforces_ssl(scope: Construct) -> bool:
    """What plays AWS on a machine of one's own speaks nothing but plain HTTP."""
    return Machine.of(scope) == LAMBDA
