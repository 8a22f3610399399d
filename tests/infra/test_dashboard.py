"""The operator's page, and that somebody hears the alarms: read off the template, as CloudWatch will."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from aws_cdk.assertions import Template

from shared.runtime.routes import ROUTES
from shared.storage.keys import TABLE_INDEXES
from tests.infra.test_stack import only, resources, synthesised

Widget = dict[str, Any]


@pytest.fixture(scope="module")
def template() -> Template:
    return synthesised(alarm_email="ops@example.com")


@pytest.fixture(scope="module")
def page(template: Template) -> list[Widget]:
    """The widgets, with each reference to a resource written as its logical id."""
    dashboard = only(template, "AWS::CloudWatch::Dashboard")["Properties"]
    assert dashboard["DashboardName"] == "bonbon"
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    body = "".join(part if isinstance(part, str) else next(iter(_references(part))) for part in parts)
    widgets: list[Widget] = json.loads(body)["widgets"]
    return widgets


def _references(part: dict[str, Any]) -> list[str]:
    told = part.get("Ref") or part["Fn::GetAtt"][0]
    return [told]


def titled(page: list[Widget], title: str) -> dict[str, Any]:
    [found] = [it["properties"] for it in page if it["properties"]["title"].startswith(title)]
    return dict(found)


def drawn(widget: dict[str, Any]) -> set[str]:
    """What a graph shows, as `metric statistic`; a metric whose name stands for the one above it is spelt out."""
    return {f"{line[1]} {line[-1].get('stat', 'Average')}" for line in widget["metrics"] if len(line) > 1}


def test_the_page_is_laid_out_in_whole_rows(page: list[Widget]) -> None:
    rows: dict[int, int] = {}
    for widget in page:
        rows[widget["y"]] = rows.get(widget["y"], 0) + widget["width"]
    assert set(rows.values()) == {24}
    tops = [widget["y"] for widget in page]
    assert tops == sorted(tops)
    assert all(right["x"] == left["x"] + left["width"] for left, right in pairwise(page) if left["y"] == right["y"])


def test_every_alarm_is_on_the_page(template: Template, page: list[Widget]) -> None:
    assert set(titled(page, "Alarms")["alarms"]) == set(template.find_resources("AWS::CloudWatch::Alarm"))


QUEUE = {
    "ApproximateNumberOfMessagesVisible Maximum",
    "ApproximateNumberOfMessagesNotVisible Maximum",
    "ApproximateAgeOfOldestMessage Maximum",
}


@pytest.mark.parametrize(
    ("title", "metrics"),
    [
        ("How long a request takes", {"Latency p50", "Latency p99"}),
        ("At the till", {"Duration p50", "Duration p99"}),
        ("Answers that are none", {"4xx Sum", "5xx Sum"}),
        ("Functions that broke", {"Errors Sum", "Throttles Sum"}),
        ("The table: units used", {"ConsumedReadCapacityUnits Sum", "ConsumedWriteCapacityUnits Sum"}),
        ("The table: held back", {"ReadThrottleEvents Sum", "WriteThrottleEvents Sum", "TransactionConflict Sum"}),
        ("Async actions", QUEUE),
        ("Runs that have come", QUEUE),
        ("The post", QUEUE),
    ],
)
def test_a_graph_shows_what_its_title_says(page: list[Widget], title: str, metrics: set[str]) -> None:
    assert drawn(titled(page, title)) == metrics


def test_the_till_is_each_checkout_functions(template: Template, page: list[Widget]) -> None:
    labels = [line[-1]["label"] for line in titled(page, "At the till")["metrics"]]
    assert labels == [f"{word} {part}" for word in ("validate", "redeem", "roll_back") for part in ("p50", "p99")]


def test_the_logs_of_every_answering_function_are_asked(template: Template, page: list[Widget]) -> None:
    logs = template.find_resources("AWS::Logs::LogGroup")
    named = {it["Properties"]["LogGroupName"]: id_ for id_, it in logs.items()}
    answering = {named[f"/aws/lambda/bonbon-{word.replace('_', '-')}"] for word in _words()}
    asked = [it["properties"]["query"] for it in page if it["type"] == "log"]
    assert len(asked) == 6
    for query in asked[:5]:
        assert set(re.findall(r"SOURCE '(\w+)'", query)) == answering
    assert re.findall(r"SOURCE '(\w+)'", asked[5]) == [named[f"/aws/lambda/bonbon-{it}"] for it in ("deliver", "send")]


def _words() -> set[str]:
    return {row.function for row in ROUTES} | {"unknown"}


def test_the_logs_are_asked_in_their_own_words(page: list[Widget]) -> None:
    """Each field that a query names is one that a log line has; see shared/runtime/log.py."""
    queries = {it["properties"]["title"]: it["properties"]["query"] for it in page if it["type"] == "log"}
    assert 'message = "refused"' in queries["Refused, by key"]
    assert 'message = "validated" and ispresent(key)' in queries["Validations that said no, by key"]
    assert 'message = "failed"' in queries["The latest failures"]
    assert "pct(milliseconds, 99) as p99 by route" in queries["The slowest routes"]
    # What a line must never hold, no query asks for.
    assert not re.search(r"\b(code|customer|email|address|path)\b", " ".join(queries.values()))


def test_the_cost_counts_units_requests_and_seconds_at_their_price(template: Template, page: list[Widget]) -> None:
    [dollars, *parts] = titled(page, "About this much")["metrics"]
    functions = len(template.find_resources("AWS::Lambda::Function"))
    counted = [line[1] for line in parts]
    places = 1 + len(TABLE_INDEXES)
    # The table and its indexes, the API, and what each function ran.
    assert {name: counted.count(name) for name in counted} == {
        "ConsumedWriteCapacityUnits": places,
        "ConsumedReadCapacityUnits": places,
        "Count": 1,
        "Invocations": functions,
        "Duration": functions,
    }
    sums = re.findall(r"\(((?:FILL\(\w+,0\)\+?)+)\) \* ([\d.e-]+)", dollars[0]["expression"])
    assert [(sum_.count("FILL"), float(price)) for sum_, price in sums] == [
        *((places, 6.25e-7), (places, 1.25e-7), (1, 1e-6)),
        # A function of 1 GB that runs for a second, which the metric calls 1,000.
        *((functions, 2e-7), (functions, 1.33334e-8)),
    ]


def test_cloudwatch_takes_every_expression(page: list[Widget]) -> None:
    lines = [line[0] for it in page for line in it["properties"].get("metrics", ())]
    expressions = [line["expression"] for line in lines if isinstance(line, dict)]
    assert len(expressions) == 3
    assert max(map(len, expressions)) <= 2_048


def test_an_address_that_is_named_hears_the_alarms(template: Template) -> None:
    [topic] = template.find_resources("AWS::SNS::Topic", {"Properties": {"TopicName": "bonbon-alarms"}})
    mine = {"Properties": {"TopicArn": {"Ref": topic}}}
    [subscription] = template.find_resources("AWS::SNS::Subscription", mine).values()
    assert subscription["Properties"] == {
        "Protocol": "email",
        "Endpoint": "ops@example.com",
        "TopicArn": {"Ref": topic},
    }


@pytest.mark.parametrize(
    ("kind", "metrics"),
    [
        ("errors", {"AWS/Lambda Errors", "AWS/ApiGateway 5xx", "AWS/DynamoDB SystemErrors"}),
        ("throttles", {"AWS/Lambda Throttles", "AWS/DynamoDB ReadThrottleEvents", "AWS/DynamoDB WriteThrottleEvents"}),
        ("dead letters and work that waits", {"AWS/SQS ApproximateNumberOfMessagesVisible"}),
        ("work that waits", {"AWS/SQS ApproximateAgeOfOldestMessage"}),
        ("latency", {"AWS/ApiGateway Latency", "AWS/Lambda Duration"}),
        ("a sender's name", {"AWS/SES Reputation.BounceRate", "AWS/SES Reputation.ComplaintRate"}),
    ],
)
def test_each_kind_of_trouble_rings(template: Template, kind: str, metrics: set[str]) -> None:
    alarms = [it["Properties"] for it in resources(template, "AWS::CloudWatch::Alarm")]
    parts = [part["MetricStat"]["Metric"] for it in alarms for part in it.get("Metrics", ()) if "MetricStat" in part]
    single = [it for it in alarms if "MetricName" in it]
    assert metrics <= {f"{it['Namespace']} {it['MetricName']}" for it in [*single, *parts]}
