"""One page on which an operator sees in ten seconds how the shop is doing, and in a minute why it is not."""

from collections.abc import Mapping, Sequence
from itertools import islice

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarms import CHECKOUT
from infra.function import MEMORY, Function
from infra.names import name
from infra.table import Table
from infra.work import Work
from shared.runtime.routes import ROUTES
from shared.storage.keys import TABLE_INDEXES

PERIOD = Duration.minutes(5)
WIDTH = 24
"""Columns of a dashboard."""

TALKING = ("validate", "redeem", "issue", "roll_back")
"""Functions whose calls are the business. What came of the calls is in the logs: a call may have been refused."""

WORD = {"validate": "to validate", "redeem": "to redeem", "issue": "to issue", "roll_back": "to roll back"}

# List prices on demand, us-east-1, November 2026: https://aws.amazon.com/dynamodb/pricing/on-demand/,
# https://aws.amazon.com/lambda/pricing/ (arm64), https://aws.amazon.com/api-gateway/pricing/ (HTTP APIs).
DOLLARS_A_WRITE_UNIT = 0.625e-6
DOLLARS_A_READ_UNIT = 0.125e-6
DOLLARS_A_REQUEST = 1.00e-6
DOLLARS_AN_INVOCATION = 0.20e-6
DOLLARS_A_GIGABYTE_SECOND = 13.3334e-6

OUTCOMES = ("filter ispresent(route)", "stats count(*) as requests by message", "sort requests desc", "limit 15")
REFUSALS = (
    'filter message = "refused" and ispresent(key)',
    "stats count(*) as refusals by key",
    "sort refusals desc",
    "limit 15",
)
INVALID = (
    'filter message = "validated" and ispresent(key)',
    "stats count(*) as invalid by key",
    "sort invalid desc",
    "limit 15",
)
SLOWEST = (
    "filter ispresent(route)",
    "stats count(*) as requests, pct(milliseconds, 50) as p50, pct(milliseconds, 99) as p99 by route",
    "sort p99 desc",
    "limit 15",
)
BROKEN = (
    "fields @timestamp, @log, route, error, service_error, request_id, record.status",
    'filter message = "failed" or record.status in ["timeout", "error"]',  # the latter by Lambda's own report
    "sort @timestamp desc",
    "limit 10",
)
MESSAGES = (
    'filter message in ["sent", "deferred", "dropped", "failed", "unknown"]',
    "filter ispresent(occasion) or ispresent(trigger)",
    "stats count(*) as messages by message, reason",
    "sort messages desc",
    "limit 15",
)
POST = ("deliver", "send")
"""Who hands messages over."""


class Dashboard(Construct):
    """Above what the shop does, below what it stands on.

    What is refused, and why, is asked of the logs when somebody looks: $0.005 a gigabyte that is read, and a million
    requests are less than half of one. A metric for each key would cost $0.30 a month, for ever, looked at or not.
    The page itself costs $3 a month.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        functions: Mapping[str, Function],
        queues: Mapping[str, Work],
        api: apigateway.HttpApi,
        table: Table,
        alarms: Sequence[cloudwatch.Alarm],
    ) -> None:
        super().__init__(scope, id_)
        page = cloudwatch.Dashboard(
            self,
            "Page",
            dashboard_name=name(self),
            default_interval=Duration.hours(3),
            period_override=cloudwatch.PeriodOverride.INHERIT,
        )
        answering = {route.function for route in ROUTES} | {"unknown"}
        logs = [function.log_group.log_group_name for word, function in functions.items() if word in answering]
        everything = list(functions.values())
        page.add_widgets(
            cloudwatch.AlarmStatusWidget(
                title="Alarms (red: see “For the operator” in the README)",
                alarms=list(alarms),
                sort_by=cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
                width=WIDTH,
                height=4,
            )
        )
        page.add_widgets(
            _numbers("Asked, in the time chosen above", [_calls(functions[word]) for word in TALKING], width=16),
            _numbers("About this much, in dollars (list prices)", [_dollars(table, api, everything)], width=8),
        )
        page.add_widgets(
            _graph("Asked", [_calls(functions[word]) for word in TALKING], "in five minutes", width=6),
            _asked("What came of it", OUTCOMES, logs, width=6),
            _asked("Refused, by key", REFUSALS, logs, width=6),
            _asked("Validations that said no, by key", INVALID, logs, width=6),
        )
        page.add_widgets(
            _graph(
                "How long a request takes",
                [
                    api.metric_latency(statistic="p50", period=PERIOD, label="p50"),
                    api.metric_latency(statistic="p99", period=PERIOD, label="p99"),
                ],
                "milliseconds",
                width=8,
            ),
            _graph(
                "At the till: each checkout function",
                [
                    functions[word].metric_duration(statistic=part, period=PERIOD, label=f"{word} {part}")
                    for word in CHECKOUT
                    for part in ("p50", "p99")
                ],
                "milliseconds",
                width=8,
            ),
            _asked("The slowest routes", SLOWEST, logs, view=cloudwatch.LogQueryVisualizationType.TABLE),
        )
        page.add_widgets(
            _graph(
                "Answers that are none: 4xx are the callers', 5xx are ours",
                [
                    api.metric_client_error(statistic="Sum", period=PERIOD, label="4xx"),
                    api.metric_server_error(statistic="Sum", period=PERIOD, label="5xx", color=cloudwatch.Color.RED),
                ],
                "in five minutes",
                width=8,
            ),
            _graph(
                "Functions that broke, or were not started",
                [
                    _sum("broke", [it.metric_errors(statistic="Sum", period=PERIOD) for it in everything]),
                    _sum("throttled", [it.metric_throttles(statistic="Sum", period=PERIOD) for it in everything]),
                ],
                "in five minutes",
                width=8,
            ),
            _asked("The latest failures", BROKEN, logs, view=cloudwatch.LogQueryVisualizationType.TABLE),
        )
        page.add_widgets(
            _graph(
                "The table: units used",
                [table.sum_of(f"Consumed{what}CapacityUnits", what.lower()) for what in ("Read", "Write")]
                + [
                    table.sum_of("ConsumedWriteCapacityUnits", f"write, {index}", GlobalSecondaryIndexName=index)
                    for index in TABLE_INDEXES
                ],
                "in five minutes",
                width=8,
            ),
            _graph(
                "The table: held back, and races that ended in a second look",
                [table.sum_of(f"{what}ThrottleEvents", f"{what.lower()}s held back") for what in ("Read", "Write")]
                + [table.sum_of("TransactionConflict", "races")],
                "in five minutes",
                width=8,
            ),
            _waiting("Async actions", queues["actions"]),
        )
        page.add_widgets(
            _waiting("Runs that have come", queues["calendar"]),
            _waiting("The post", queues["post"]),
            _asked("What became of messages", MESSAGES, [functions[it].log_group.log_group_name for it in POST]),
        )


def _calls(function: Function) -> cloudwatch.Metric:
    return function.metric_invocations(statistic="Sum", period=PERIOD, label=WORD[function.word])


def _sum(label: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.MathExpression:
    return _weighed(label, [(1, metrics)])


def _weighed(label: str, parts: Sequence[tuple[float, Sequence[cloudwatch.IMetric]]]) -> cloudwatch.MathExpression:
    """Metrics, those of a part times its number, added up; one that was silent counts nothing. The label is one small
    word: it stands before every metric, and an expression has 2,048 characters.
    """
    named = {f"{label}{n}": metric for n, metric in enumerate(metric for _, metrics in parts for metric in metrics)}
    names = iter(named)
    sums = ((by, "+".join(f"FILL({one},0)" for one in islice(names, len(metrics)))) for by, metrics in parts)
    return cloudwatch.MathExpression(
        expression=" + ".join(f"({sum_}) * {by:.12g}" for by, sum_ in sums),
        using_metrics=named,
        label=label,
        period=PERIOD,
    )


def _dollars(table: Table, api: apigateway.HttpApi, functions: Sequence[Function]) -> cloudwatch.MathExpression:
    """What the table, the functions and the API cost; logs, storage and backups are on the bill only.

    A table's own metric does not count its indexes' writes; each is billed like a write of the table.
    """
    gigabytes = MEMORY / 1024
    writes = [table.sum_of("ConsumedWriteCapacityUnits", "writes")] + [
        table.sum_of("ConsumedWriteCapacityUnits", index, GlobalSecondaryIndexName=index) for index in TABLE_INDEXES
    ]
    reads = [table.sum_of("ConsumedReadCapacityUnits", "reads")] + [
        table.sum_of("ConsumedReadCapacityUnits", index, GlobalSecondaryIndexName=index) for index in TABLE_INDEXES
    ]
    return _weighed(
        "dollars",
        [
            (DOLLARS_A_WRITE_UNIT, writes),
            (DOLLARS_A_READ_UNIT, reads),
            (DOLLARS_A_REQUEST, [api.metric_count(statistic="Sum", period=PERIOD)]),
            (DOLLARS_AN_INVOCATION, [it.metric_invocations(statistic="Sum", period=PERIOD) for it in functions]),
            (
                DOLLARS_A_GIGABYTE_SECOND * gigabytes / 1000,
                [it.metric_duration(statistic="Sum", period=PERIOD) for it in functions],
            ),
        ],
    )


def _numbers(title: str, metrics: Sequence[cloudwatch.IMetric], *, width: int) -> cloudwatch.SingleValueWidget:
    return cloudwatch.SingleValueWidget(
        title=title, metrics=list(metrics), width=width, height=4, set_period_to_time_range=True, full_precision=False
    )


def _graph(
    title: str,
    left: Sequence[cloudwatch.IMetric],
    unit: str,
    *,
    width: int,
    right: Sequence[cloudwatch.IMetric] = (),
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title,
        left=list(left),
        right=list(right),
        left_y_axis=cloudwatch.YAxisProps(label=unit, min=0, show_units=False),
        right_y_axis=cloudwatch.YAxisProps(min=0, show_units=False) if right else None,
        width=width,
        height=6,
    )


def _waiting(title: str, work: Work) -> cloudwatch.GraphWidget:
    """What waits in a queue, is under way or has failed for good; on the right, how long the oldest waits."""
    return _graph(
        title,
        [
            work.queue.metric_approximate_number_of_messages_visible(
                statistic="Maximum", period=PERIOD, label="waiting"
            ),
            work.queue.metric_approximate_number_of_messages_not_visible(
                statistic="Maximum", period=PERIOD, label="under way"
            ),
            work.dead_letters.metric_approximate_number_of_messages_visible(
                statistic="Maximum", period=PERIOD, label="dead", color=cloudwatch.Color.RED
            ),
        ],
        "messages",
        width=8,
        right=[
            work.queue.metric_approximate_age_of_oldest_message(
                statistic="Maximum", period=PERIOD, label="oldest, seconds"
            )
        ],
    )


def _asked(
    title: str,
    query: Sequence[str],
    logs: Sequence[str],
    *,
    view: cloudwatch.LogQueryVisualizationType = cloudwatch.LogQueryVisualizationType.BAR,
    width: int = 8,
) -> cloudwatch.LogQueryWidget:
    """A question to the logs, asked anew whenever the page is looked at."""
    return cloudwatch.LogQueryWidget(
        title=title, log_group_names=list(logs), query_lines=list(query), view=view, width=width, height=6
    )
