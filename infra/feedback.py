"""What comes back: bounces and complaints from SES, texts from phones, once a day the carrier's list of opt-outs."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.names import name
from infra.post import Sender
from infra.work import Work

LONGEST_READ = Duration.minutes(1)
"""How long a worker may go on with one message; most of them need less than a second."""

ATTEMPTS = 10
"""A bounce may be faster than the note of what its mail is called: it is told again after each visibility timeout."""

READERS = 2
"""Workers at once: feedback is one in hundreds of messages."""

NIGHTLY = events.Schedule.cron(hour="3", minute="17")
"""When the list is read; SNS tells of nobody who is added to it."""


class Feedback(Work):
    """All of it waits in one queue, with its dead letters; here a message does hold somebody's address or number.

    SES and phones tell it to one topic, which nobody else may publish to. SES could tell it to EventBridge, too, but
    that promises no more than its best effort, and no complaint must be lost.
    """

    def __init__(self, scope: Construct, id_: str, *, sender: Sender) -> None:
        super().__init__(scope, id_, what="feedback", longest=LONGEST_READ, attempts=ATTEMPTS)
        self.topic = sns.Topic(self, "Topic", topic_name=name(self, "feedback"), display_name="Feedback to Bonbon")
        self.topic.add_subscription(subscriptions.SqsSubscription(self.queue, raw_message_delivery=True))
        sender.rules.add_event_destination(
            "Feedback",
            destination=ses.EventDestination.sns_topic(self.topic),
            events=[ses.EmailSendingEvent.BOUNCE, ses.EmailSendingEvent.COMPLAINT],
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("sms-voice.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                # This account's numbers alone: the service also works for others.
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        events.Rule(
            self,
            "Nightly",
            rule_name=name(self, "opt-outs"),
            description="Has the list of those read who have stopped text messages with their carrier",
            schedule=NIGHTLY,
            targets=[
                targets.SqsQueue(
                    self.queue,
                    message=events.RuleTargetInput.from_object({"opted_out": ""}),
                    dead_letter_queue=self.dead_letters,
                )
            ],
        )

    def let_read_opt_outs(self, grantee: iam.IGrantable) -> None:
        """Allow to read the account's list of numbers that want no texts; it has no ARN to be bound to."""
        grantee.grant_principal.add_to_principal_policy(
            iam.PolicyStatement(actions=["sns:ListPhoneNumbersOptedOut"], resources=["*"])
        )
