"""What wakes a person up, and where they are told."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.calendar import QUARTER
from infra.function import Function
from infra.machine import HERE, Machine
from infra.names import name
from infra.post import Sender
from infra.table import Table
from infra.work import Work
from shared.storage.keys import TABLE_INDEXES

PERIOD = Duration.minutes(5)

SLOW = Duration.seconds(2)
"""Longer than a cold start, and too long for a checkout that waits."""

CHECKOUT = ("validate", "redeem", "roll_back")
"""Functions that a customer at the till waits for; the API's own latency is everybody's, and a slow list hides them."""

TOGETHER = {
    "offers": ("campaigns", "credits", "imports", "issue", "redemptions", "respond", "rules", "vouchers"),
    "catalogue": ("async_actions", "oauth", "product_collections", "products", "schemas", "unknown"),
    "people": ("consents", "customers", "events", "export", "orders", "preferences", "segments"),
    "messages": (
        *("brand", "contact_policy", "deliveries", "message_templates", "processors", "schedules", "send", "webhook"),
    ),
}
"""Functions that somebody waits for, but not at a till: an alarm for some of them together (ten at most, says
CloudWatch), for each costs by the month, and the dashboard shows which of them it was."""

OVERDUE = {
    "actions": (
        Duration.minutes(15),  # three turns of the longest work: whatever is older is not being done
        "An async action waits and is not done: the worker fails or cannot keep up. See generate's log.",
    ),
    "calendar": (
        Duration.minutes(15),
        "A run has come and nobody is asked who is due: fan_out fails or cannot keep up. See its log.",
    ),
    "post": (
        Duration.hours(1),
        "Messages are an hour late: there are more than their carriers can keep up with. See deliver's log.",
    ),
    "feedback": (
        Duration.minutes(15),
        "A bounce, a complaint or a stop is not heeded: the worker fails or cannot keep up. See feedback's log.",
    ),
}
"""How long a message may wait in each queue, and what it means if it waits for longer."""

OUTCOMES = {
    "unknown": (
        '{ $.message = "unknown" }',
        "Of a message nobody can know whether it left: a worker died over it. GET /v1/deliveries tells to whom.",
    ),
    "failed": (
        # Not where the address is at fault. An error of ours has no reason: it comes back, and has alarms of its own.
        '{ $.message = "failed" && $.reason = * && $.reason != "message_refused" && $.reason != "opted_out" }',
        "A message could not be sent and will not be: no sender, or a template at fault. GET /v1/deliveries tells why.",
    ),
}
"""What the logs of deliver and send tell that should never be, and what it means; both count in one metric."""

IGNORED = (
    "Something was told of mails or texts that is not true of ours: forged, or not meant for us. See feedback's log."
)

SILENT = 4
"""Quarters of an hour without a tick: a schedule that is gone or off breaks nothing that would tell of it."""

REPUTATION = {
    "Bounce": (0.05, "One mail in twenty comes back. At one in ten SES stops us: find the list that is old."),
    "Complaint": (
        0.001,
        "One mail in a thousand is called a nuisance. At five SES stops us: write to fewer, less often.",
    ),
}
"""The shares of mails at which SES begins to look, and what is to be done."""

BEHIND = Duration.hours(1)
"""Much more than a batch is gathered for, and much less than the day for which a stream keeps what nobody has read."""

OPERATIONS = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "TransactWriteItems")
"""What Bonbon asks of the table; DynamoDB counts its own errors by it."""


DEAD_LETTERS = {
    "actions": "An async action failed for good and waits for a person. Mend the cause, then redrive the queue.",
    "calendar": "A run could not be paged through, so some got no message. Mend the cause, then redrive the queue.",
    "post": "Messages could not be made or sent, ten times over. Mend the cause, then redrive the queue.",
    "feedback": "Who complained or said stop may still be written to. Mend the cause, then redrive the queue.",
    "tick": "Lambda did not take a tick. The next one makes up for it; if it is one of many see the log of tick.",
    "facts": "Changes could not be counted, so the total of a long list is off by them. See the log of facts.",
    "follow_up": "Of some customers it was not told which segments they entered or left. See the log of follow_up.",
}
BEHIND_WITH = {
    "facts": "Changes wait to be counted for an hour; after a day they are lost to the totals. See the log of facts.",
    "follow_up": "Who enters a segment is told an hour late; after a day it is not told. See the log of follow_up.",
}
"""By the function that reads the stream."""


class Alarms(Construct):
    """Alarms that ring a topic. Each says in its description what has happened and where to look.

    Silence is no alarm: at night nobody shops, and no data is good data. But the clock never stops.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        functions: Mapping[str, Function],
        queues: Mapping[str, Work],
        dead_letters: Mapping[str, sqs.Queue],
        api: apigateway.HttpApi,
        table: Table,
        sender: Sender,
    ) -> None:
        super().__init__(scope, id_)
        self.topic = sns.Topic(self, "Topic", topic_name=name(self, "alarms"), display_name="Bonbon's alarms")
        self.all: list[cloudwatch.Alarm] = []
        if address := self.node.try_get_context("alarm_email"):
            self.topic.add_subscription(subscriptions.EmailSubscription(address))
        for function in functions.values():
            if all(function.word not in words for words in TOGETHER.values()):
                self._watch_function(function)
        for what, words in TOGETHER.items():
            self._watch_together(what, [functions[word] for word in words])
        # They all draw on one concurrency, and a page shows a hundred alarms: so one for all, which the account counts.
        self._ring(
            "lambda-throttles",
            lambda_.Function.metric_all_throttles(period=PERIOD, statistic="Sum"),
            "A function was not started, because the account's concurrency is used up. Ask AWS for more.",
        )
        self._watch_queues(queues, dead_letters)
        self._watch_api(api)
        self._watch_table(table)
        self._watch_the_calendar(functions["tick"])
        self._watch_the_post([functions["deliver"], functions["send"]], sender)
        self._watch_feedback(functions["feedback"])

    def _watch_function(self, function: Function) -> None:
        word = function.word
        self._ring(
            f"{word}-errors",
            function.metric_errors(period=PERIOD, statistic="Sum"),
            f"{word} broke or ran out of time: a bug, or a service it needs is away. See its log.",
        )
        if word in CHECKOUT:
            self._ring(
                f"{word}-slow",
                function.metric_duration(period=PERIOD, statistic="p99"),
                f"{word} keeps one customer in a hundred waiting, for a quarter of an hour. See the table's latency.",
                above=SLOW.to_milliseconds(),
                periods=3,
            )

    def _watch_together(self, what: str, functions: Sequence[Function]) -> None:
        errors = {it.word: it.metric_errors(period=PERIOD, statistic="Sum") for it in functions}
        words = ", ".join(sorted(errors))
        self._ring(
            f"{what}-errors",
            _sum(errors),
            f"One of {words} broke or ran out of time: a bug, or a service it needs is away. See the dashboard.",
        )

    def _watch_queues(self, queues: Mapping[str, Work], dead_letters: Mapping[str, sqs.Queue]) -> None:
        for what, work in queues.items():
            longest, means = OVERDUE[what]
            self._ring(
                f"{what}-overdue",
                work.queue.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum"),
                means,
                above=longest.to_seconds(),
            )
        # Of all functions only those that read the stream have this metric.
        for word, means in BEHIND_WITH.items():
            self._ring(
                f"{word}-behind",
                cloudwatch.Metric(
                    namespace="AWS/Lambda",
                    metric_name="IteratorAge",
                    dimensions_map={"FunctionName": name(self, word)},
                    statistic="Maximum",
                    period=PERIOD,
                ),
                means,
                above=BEHIND.to_milliseconds(),
            )
        for what, dead in dead_letters.items():
            self._ring(
                f"{what}-dead-letters",
                dead.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum"),
                DEAD_LETTERS[what],
            )

    def _watch_api(self, api: apigateway.HttpApi) -> None:
        self._ring(
            "api-errors",
            api.metric_server_error(period=PERIOD, statistic="Sum"),
            "Somebody was answered 5xx, which no request should be. See the API's log for the route.",
        )
        self._ring(
            "api-slow",
            api.metric_latency(period=PERIOD, statistic="p99"),
            "One request in a hundred is too slow for a checkout, for a quarter of an hour.",
            above=SLOW.to_milliseconds(),
            periods=3,
        )

    def _watch_table(self, table: Table) -> None:
        self._ring(
            "table-errors",
            _sum({operation: table.sum_of("SystemErrors", Operation=operation) for operation in OPERATIONS}),
            "DynamoDB itself failed. See the health page of AWS.",
        )
        # An index that is held back holds up the table.
        for index in (None, *TABLE_INDEXES):
            where = {"GlobalSecondaryIndexName": index} if index else {}
            self._ring(
                f"{index or 'table'}-throttles",
                _sum({what: table.sum_of(f"{what}ThrottleEvents", **where) for what in ("Read", "Write")}),
                f"Requests to {index or 'the table'} were held back for a quarter of an hour: some key is too hot.",
                periods=3,
            )

    def _watch_the_calendar(self, tick: Function) -> None:
        self._ring(
            "tick-silent",
            tick.metric_invocations(period=QUARTER, statistic="Sum"),
            "Nothing has woken tick for an hour. See the schedule bonbon-tick; what was missed is made up for then.",
            silent=True,
            periods=SILENT,
        )

    def _watch_the_post(self, senders: Sequence[Function], sender: Sender) -> None:
        for what, (pattern, means) in OUTCOMES.items():
            of_each = [
                logs.MetricFilter(
                    self,
                    f"{what}Lines{number or ''}",
                    log_group=function.log_group,
                    filter_pattern=logs.FilterPattern.literal(pattern),
                    metric_namespace=name(self),
                    metric_name=f"deliveries-{what}",
                )
                for number, function in enumerate(senders)
            ]
            self._ring(f"deliveries-{what}", of_each[0].metric(statistic="Sum", period=PERIOD), means)
        for what, (share, means) in REPUTATION.items():
            self._ring(f"{what.lower()}s", sender.rate(what), means, above=share)

    def _watch_feedback(self, feedback: Function) -> None:
        ignored = logs.MetricFilter(
            self,
            "ignoredLines",
            log_group=feedback.log_group,
            filter_pattern=logs.FilterPattern.literal('{ $.message = "ignored" }'),
            metric_namespace=name(self),
            metric_name="feedback-ignored",
        )
        self._ring("feedback-ignored", ignored.metric(statistic="Sum", period=PERIOD), IGNORED)

    def _ring(
        self,
        what: str,
        metric: cloudwatch.IMetric,
        means: str,
        *,
        above: float = 0,
        periods: int = 1,
        silent: bool = False,
    ) -> None:
        """Ring when a metric goes above a value; or, for ``silent``, when it falls to nothing or is not told."""
        if isinstance(metric, cloudwatch.MathExpression) and Machine.of(self) == HERE:
            return  # the engine of a local deployment takes no sums
        alarm = cloudwatch.Alarm(
            self,
            what,
            alarm_name=name(self, what),
            alarm_description=means,
            metric=metric,
            threshold=0 if silent else above,
            comparison_operator=(
                cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD
                if silent
                else cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
            ),
            evaluation_periods=periods,
            treat_missing_data=(
                cloudwatch.TreatMissingData.BREACHING if silent else cloudwatch.TreatMissingData.NOT_BREACHING
            ),
        )
        self.all.append(alarm)
        alarm.add_alarm_action(cloudwatch_actions.SnsAction(self.topic))


def _sum(metrics: Mapping[str, cloudwatch.IMetric]) -> cloudwatch.IMetric:
    """What some metrics come to together; one that tells nothing counts for nothing."""
    known = {name.lower(): metric for name, metric in metrics.items()}
    told = " + ".join(f"FILL({name}, 0)" for name in known)
    return cloudwatch.MathExpression(expression=told, using_metrics=known, period=PERIOD)
