"""What the template says, above all what no local engine would notice if it were missing."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Match, Template

from infra.alarms import TOGETHER
from infra.dependencies import WITH_THE_POST
from infra.stack import Bonbon
from shared.runtime.routes import ROUTES

Resource = dict[str, Any]
MODULES = [path for path in (Path(__file__).parents[2] / "functions").glob("*.py") if path.stem != "__init__"]
WATCHED_ALONE = {
    *("validate", "qualify", "redeem", "roll_back"),
    *("generate", "facts", "follow_up", "tick", "fan_out", "deliver", "feedback"),
}
"""Whom a till waits for, and who works where nobody waits who could complain."""


@cache
def synthesised(**context: object) -> Template:
    """The template, without the zips that it names; made once for all who ask alike."""
    app = App(context={"aws:cdk:bundling-stacks": [], **context})
    return Template.from_stack(Bonbon(app, "Bonbon"))


@pytest.fixture(scope="module")
def template() -> Template:
    return synthesised()


@pytest.fixture(scope="module")
def functions(template: Template) -> dict[str, Resource]:
    """Every function by the word that its module is called."""
    found = template.find_resources("AWS::Lambda::Function")
    return {it["Properties"]["Handler"].split(".")[1]: {**it["Properties"], "Id": id_} for id_, it in found.items()}


def only(template: Template, kind: str) -> Resource:
    [resource] = template.find_resources(kind).values()
    return dict(resource)


# The table


def test_the_table_survives_mistakes(template: Template) -> None:
    table = only(template, "AWS::DynamoDB::GlobalTable")
    [replica] = table["Properties"]["Replicas"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert replica["DeletionProtectionEnabled"] is True
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_table_is_paid_by_the_request_sweeps_and_streams(template: Template) -> None:
    table = only(template, "AWS::DynamoDB::GlobalTable")["Properties"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_indexes_hold_keys_and_nothing_else(template: Template) -> None:
    table = only(template, "AWS::DynamoDB::GlobalTable")["Properties"]

    def keys(schema: list[dict[str, str]]) -> list[str]:
        return [f"{key['AttributeName']} {key['KeyType']}" for key in schema]

    assert keys(table["KeySchema"]) == ["PK HASH", "SK RANGE"]
    assert {it["IndexName"]: keys(it["KeySchema"]) for it in table["GlobalSecondaryIndexes"]} == {
        "lists": ["list HASH", "listed RANGE"],
        "pools": ["pool HASH", "pooled RANGE"],
        "owners": ["owner HASH", "owned RANGE"],
    }
    assert all(it["Projection"] == {"ProjectionType": "KEYS_ONLY"} for it in table["GlobalSecondaryIndexes"])


# The API


def test_each_row_of_the_routes_is_a_route_to_its_function(template: Template, functions: dict[str, Resource]) -> None:
    word_of = {function["Id"]: word for word, function in functions.items()}
    integrations = {
        id_: word_of[it["Properties"]["IntegrationUri"]["Fn::GetAtt"][0]]
        for id_, it in template.find_resources("AWS::ApiGatewayV2::Integration").items()
    }
    routes = {
        it["Properties"]["RouteKey"]: integrations[it["Properties"]["Target"]["Fn::Join"][1][1]["Ref"]]
        for it in template.find_resources("AWS::ApiGatewayV2::Route").values()
    }
    assert routes == {f"{row.method} {row.path}": row.function for row in ROUTES} | {"$default": "unknown"}


def test_a_shops_pages_may_call_with_a_clients_keys_and_not_with_the_servers(template: Template) -> None:
    cors = only(template, "AWS::ApiGatewayV2::Api")["Properties"]["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["*"]
    assert cors["AllowMethods"] == ["GET", "POST", "PUT", "DELETE"]
    assert {"x-client-application-id", "x-client-token", "idempotency-key"} <= set(cors["AllowHeaders"])
    assert not {"x-app-id", "x-app-token", "x-management-id", "x-management-token", "*"} & set(cors["AllowHeaders"])
    assert "AllowCredentials" not in cors


def test_the_api_is_throttled_and_keeps_a_log_of_nobodys_address(template: Template) -> None:
    stage = only(template, "AWS::ApiGatewayV2::Stage")["Properties"]
    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": 1_000, "ThrottlingBurstLimit": 2_000}
    assert set(json.loads(stage["AccessLogSettings"]["Format"])) == {
        *("request_id", "at", "route", "status", "milliseconds", "error"),
    }


# Who may do what

READ = "GetItem BatchGetItem"
WRITE = "PutItem UpdateItem"


@pytest.mark.parametrize(
    ("function", "items", "indexes", "queue"),
    [
        ("validate", f"{READ} Query {WRITE} DeleteItem ConditionCheckItem", "", ""),
        ("qualify", f"{READ} Query PutItem", "lists owners pools", ""),
        ("redeem", f"{READ} Query {WRITE} DeleteItem ConditionCheckItem", "", ""),
        ("roll_back", f"{READ} {WRITE}", "", ""),
        ("redemptions", f"{READ} Query", "lists owners", ""),
        ("issue", f"{READ} {WRITE} DeleteItem", "lists owners pools", ""),
        ("campaigns", f"{READ} {WRITE} DeleteItem", "lists", "SendMessage"),
        ("rules", f"{READ} Query {WRITE} DeleteItem", "lists owners", ""),
        ("credits", f"{READ} Query {WRITE}", "", ""),
        ("customers", f"{READ} Query {WRITE} DeleteItem", "lists owners pools", ""),
        ("segments", f"{READ} {WRITE} DeleteItem BatchWriteItem", "lists pools", ""),
        ("schedules", f"{READ} Query PutItem DeleteItem BatchWriteItem", "lists pools owners", ""),
        ("events", f"{READ} {WRITE} DeleteItem", "", ""),
        ("orders", f"{READ} {WRITE} DeleteItem", "lists owners", ""),
        ("vouchers", f"{READ} Query {WRITE} DeleteItem", "lists owners pools", ""),
        ("products", f"{READ} {WRITE} DeleteItem", "lists owners", ""),
        ("product_collections", f"{READ} Query PutItem DeleteItem BatchWriteItem", "lists", ""),
        ("imports", f"{READ} {WRITE} DeleteItem", "", "SendMessage"),
        ("schemas", "GetItem UpdateItem", "", ""),
        ("consents", f"{READ} Query {WRITE} DeleteItem ConditionCheckItem", "", ""),
        ("contact_policy", "GetItem PutItem", "", ""),
        ("webhook", "GetItem PutItem DeleteItem", "", ""),
        ("processors", f"{READ} PutItem", "", ""),
        ("export", f"{READ} Query", "lists owners", ""),
        ("brand", "GetItem PutItem", "", ""),
        ("preferences", f"{READ} Query {WRITE} DeleteItem ConditionCheckItem", "", ""),
        ("message_templates", f"{READ} PutItem DeleteItem", "lists", ""),
        ("respond", f"{READ} {WRITE} ConditionCheckItem", "owners", ""),
        ("deliveries", f"{READ} Query", "lists owners", ""),
        ("async_actions", READ, "lists", ""),
        (
            "generate",
            f"{READ} Query {WRITE} DeleteItem",
            "pools",
            "ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes GetQueueUrl SendMessage",
        ),
        ("oauth", "GetItem PutItem DeleteItem", "", ""),
        ("facts", "GetItem UpdateItem", "", ""),
        ("follow_up", f"{READ} Query {WRITE} DeleteItem ConditionCheckItem", "owners", ""),
        ("tick", "GetItem Query UpdateItem", "pools", ""),
        ("fan_out", f"{READ} Query UpdateItem", "owners pools", ""),
        ("deliver", f"{READ} {WRITE} ConditionCheckItem", "pools", ""),
        ("feedback", f"{READ} {WRITE} DeleteItem ConditionCheckItem", "", ""),
        ("send", f"{READ} {WRITE} ConditionCheckItem", "pools", ""),
        ("unknown", "", "", ""),
    ],
)
def test_each_function_may_do_only_its_job(
    template: Template, functions: dict[str, Resource], *, function: str, items: str, indexes: str, queue: str
) -> None:
    allowed = {
        f"{action} on {thing}" for action, thing in permissions(template, functions[function]) if thing not in APART
    }
    assert allowed == {
        *(f"dynamodb:{action} on the table" for action in items.split()),
        *(f"dynamodb:Query on the index {index}" for index in indexes.split()),
        *(f"sqs:{action} on the actions" for action in queue.split()),
    }


STREAMING = ("the stream", "the facts that failed", "the follow_up that failed", "the bus")
APART = ("its log", *STREAMING, "the runs", "the post", "the feedback")
"""What is shown below, in test_calendar.py and in test_feedback.py."""


def test_two_functions_read_the_stream_and_say_what_failed_and_one_tells_facts(
    template: Template, functions: dict[str, Resource]
) -> None:
    for word, function in functions.items():
        allowed = {f"{action} on {thing}" for action, thing in permissions(template, function) if thing in STREAMING}
        reading = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        telling = ("SendMessage", "GetQueueAttributes", "GetQueueUrl")
        assert allowed == (
            {
                *(f"dynamodb:{action} on the stream" for action in reading),
                *(f"sqs:{action} on the {word} that failed" for action in telling),
                *(["events:PutEvents on the bus"] if word == "follow_up" else []),
            }
            if word in READERS
            else set()
        )


READERS = ("facts", "follow_up")


def test_a_function_writes_its_own_log_and_no_other(template: Template, functions: dict[str, Resource]) -> None:
    for function in functions.values():
        logs = {action for action, thing in permissions(template, function) if thing == "its log"}
        assert logs == {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_nothing_is_allowed_by_a_wildcard(template: Template) -> None:
    for policy in template.find_resources("AWS::IAM::Policy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            if statement["Action"] == "sns:ListPhoneNumbersOptedOut":
                continue  # of the account: test_feedback.py
            if "NotResource" not in statement:  # which is how phones are named: test_calendar.py
                assert "*" not in json.dumps([statement["Action"], statement["Resource"]])
    for role in template.find_resources("AWS::IAM::Role").values():
        assert set(role["Properties"]) == {"AssumeRolePolicyDocument"}
        [trust] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"]["Service"] in {"lambda.amazonaws.com", "scheduler.amazonaws.com"}


CARRIED = {"actions": "the actions", "calendar": "the runs", "post": "the post", "feedback": "the feedback"}


def permissions(template: Template, function: Resource) -> Iterator[tuple[str, str]]:
    """Each action that a function is allowed, and on what, by every policy of its role."""
    role = function["Role"]["Fn::GetAtt"][0]
    [table] = template.find_resources("AWS::DynamoDB::GlobalTable")
    [bus] = template.find_resources("AWS::Events::EventBus")
    log = function["LoggingConfig"]["LogGroup"]["Ref"]
    things = {table: "the table", log: "its log", bus: "the bus"}
    for queue, thing in CARRIED.items():
        [found] = template.find_resources("AWS::SQS::Queue", {"Properties": {"QueueName": f"bonbon-{queue}"}})
        things[found] = thing
    for word in READERS:
        name = {"Properties": {"QueueName": f"bonbon-{word.replace('_', '-')}-dead-letters"}}
        [failed] = template.find_resources("AWS::SQS::Queue", name)
        things[failed] = f"the {word} that failed"
    for policy in template.find_resources("AWS::IAM::Policy").values():
        if policy["Properties"]["Roles"] == [{"Ref": role}]:
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                for action in listed(statement["Action"]):
                    if action in {"ses:SendEmail", "sns:Publish", "sns:ListPhoneNumbersOptedOut"}:
                        continue  # test_calendar.py, test_feedback.py
                    for resource in listed(statement["Resource"]):
                        base, path = resource.get("Fn::Join", ["", [resource, ""]])[1]
                        id_, arn = base["Fn::GetAtt"]
                        assert arn == "Arn" or (id_, arn) == (table, "StreamArn")
                        if arn == "StreamArn":
                            yield action, "the stream"
                            continue
                        yield action, f"the index {path.removeprefix('/index/')}" if path else things[id_]


def listed(one_or_many: Any) -> list[Any]:
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


# The functions


def test_there_is_a_function_a_module(functions: dict[str, Resource]) -> None:
    behind = {"facts", "follow_up", "generate", "tick", "fan_out", "deliver", "feedback"}
    assert set(functions) == {row.function for row in ROUTES} | behind | {"unknown"}


MORE = {
    "brand": "SENDER",
    "follow_up": "BUS_NAME",
    "tick": "CALENDAR_QUEUE_URL",
    "fan_out": "CALENDAR_QUEUE_URL POST_QUEUE_URL",
    "deliver": "SENDER CONFIGURATION_SET PUBLIC_URL MAIL_RATE TEXT_RATE",
    "feedback": "FEEDBACK_QUEUE_URL",
    "send": "SENDER CONFIGURATION_SET PUBLIC_URL MAIL_RATE TEXT_RATE",
}
"""What some functions are told besides."""


def test_every_function_is_made_alike_and_has_a_name_that_reads(functions: dict[str, Resource]) -> None:
    for word, function in functions.items():
        assert function["FunctionName"] == f"bonbon-{word.replace('_', '-')}"
        assert function["Description"].endswith((".", "?"))
        assert (function["Runtime"], function["Architectures"]) == ("python3.14", ["arm64"])
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        told = {"TABLE_NAME", "QUEUE_URL", "POWERTOOLS_SERVICE_NAME", *MORE.get(word, "").split()}
        assert set(function["Environment"]["Variables"]) == told
        assert len(function["Layers"]) == (2 if word in WITH_THE_POST else 1)
        assert "TracingConfig" not in function


def test_a_request_may_outwait_another_of_its_key_but_not_the_api(functions: dict[str, Resource]) -> None:
    times = {word: function["Timeout"] for word, function in functions.items()}
    assert (times.pop("generate"), times.pop("facts"), times.pop("follow_up")) == (300, 60, 60)
    assert (times.pop("tick"), times.pop("fan_out"), times.pop("deliver")) == (120, 60, 180)
    assert times.pop("feedback") == 60
    assert set(times.values()) == {20}


# The queues


@pytest.mark.parametrize(
    ("queue", "worker", "times", "delay"),
    [
        ("actions", "generate", 5, 1),
        ("calendar", "fan_out", 5, 0),
        ("post", "deliver", 10, 0),
        ("feedback", "feedback", 10, 0),
    ],
)
def test_what_keeps_failing_waits_for_a_person(
    template: Template, functions: dict[str, Resource], *, queue: str, worker: str, times: int, delay: int
) -> None:
    queues = {it["Properties"]["QueueName"]: it["Properties"] for it in resources(template, "AWS::SQS::Queue")}
    [dead_letters] = template.find_resources(
        "AWS::SQS::Queue", {"Properties": {"QueueName": f"bonbon-{queue}-dead-letters"}}
    )
    waiting = queues[f"bonbon-{queue}"]
    assert waiting["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": [dead_letters, "Arn"]},
        "maxReceiveCount": times,
    }
    assert waiting["VisibilityTimeout"] == functions[worker]["Timeout"] + 30
    assert waiting.get("DelaySeconds", 0) == delay


def test_dead_letters_are_kept_until_a_person_is_back_and_ticks_until_the_next_day(template: Template) -> None:
    days = {
        it["Properties"]["QueueName"]: it["Properties"].get("MessageRetentionPeriod")
        for it in resources(template, "AWS::SQS::Queue")
    }
    waiting = ("actions", "calendar", "post", "feedback")
    assert days == {
        **{f"bonbon-{what}": None for what in waiting},
        **{f"bonbon-{what.replace('_', '-')}-dead-letters": 14 * 86_400 for what in (*waiting, *READERS)},
        "bonbon-tick-dead-letters": 86_400,
    }


def test_the_queues_are_encrypted_and_refuse_plain_http(template: Template) -> None:
    assert all(it["Properties"]["SqsManagedSseEnabled"] is True for it in resources(template, "AWS::SQS::Queue"))
    template.resource_count_is("AWS::SQS::QueuePolicy", len(template.find_resources("AWS::SQS::Queue")))
    template.all_resources_properties(
        "AWS::SQS::QueuePolicy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [
                        Match.object_like(
                            {
                                "Effect": "Deny",
                                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                                "Action": "sqs:*",
                            }
                        )
                    ]
                ),
                "Version": Match.any_value(),
            },
            "Queues": Match.any_value(),
        },
    )


@pytest.mark.parametrize(("worker", "at_once"), [("generate", 10), ("fan_out", 10), ("deliver", 2), ("feedback", 2)])
def test_only_a_failed_message_comes_back(
    template: Template, functions: dict[str, Resource], worker: str, at_once: int
) -> None:
    mapping = mapping_of(template, functions[worker])
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 1
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": at_once}


def test_only_what_moves_on_a_list_is_counted_once_and_without_end_of_nothing(
    template: Template, functions: dict[str, Resource]
) -> None:
    mapping = mapping_of(template, functions["facts"])
    [failed] = template.find_resources("AWS::SQS::Queue", {"Properties": {"QueueName": "bonbon-facts-dead-letters"}})
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == 10
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": [failed, "Arn"]}}}
    assert mapping["TumblingWindowInSeconds"] == 900, "only a window's events name their shard"
    patterns = [json.loads(it["Pattern"]) for it in mapping["FilterCriteria"]["Filters"]]
    there, gone = {"list": {"S": [{"exists": True}]}}, {"list": {"S": [{"exists": False}]}}
    assert patterns == [
        {"eventName": ["INSERT"], "dynamodb": {"NewImage": there}},
        {"eventName": ["REMOVE"], "dynamodb": {"OldImage": there}},
        {"eventName": ["MODIFY"], "dynamodb": {"OldImage": there, "NewImage": gone}},
        {"eventName": ["MODIFY"], "dynamodb": {"OldImage": gone, "NewImage": there}},
    ]


def test_whoever_changes_is_looked_at_in_order_and_what_keeps_failing_is_passed_over(
    template: Template, functions: dict[str, Resource]
) -> None:
    mapping = mapping_of(template, functions["follow_up"])
    [failed] = template.find_resources(
        "AWS::SQS::Queue", {"Properties": {"QueueName": "bonbon-follow-up-dead-letters"}}
    )
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert (mapping["BisectBatchOnFunctionError"], mapping["MaximumRetryAttempts"]) == (True, 10)
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": [failed, "Arn"]}}}
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (100, 5)
    assert "ParallelizationFactor" not in mapping
    assert [json.loads(it["Pattern"]) for it in mapping["FilterCriteria"]["Filters"]] == [
        {"dynamodb": {"Keys": {"SK": {"S": ["customer", "summary"]}}}},
        {"dynamodb": {"Keys": {"SK": {"S": [{"prefix": "member#"}]}}}},
    ]
    assert only(template, "AWS::Events::EventBus")["Properties"]["Name"] == "bonbon"


def mapping_of(template: Template, function: Resource) -> Resource:
    kind = "AWS::Lambda::EventSourceMapping"
    [mapping] = template.find_resources(kind, {"Properties": {"FunctionName": {"Ref": function["Id"]}}}).values()
    return dict(mapping["Properties"])


def resources(template: Template, kind: str) -> list[Resource]:
    return list(template.find_resources(kind).values())


# The alarms and the logs

ALARM = "AWS::CloudWatch::Alarm"


def test_every_alarm_rings_and_silence_is_none_but_the_clocks(template: Template) -> None:
    [topic] = template.find_resources("AWS::SNS::Topic", {"Properties": {"TopicName": "bonbon-alarms"}})
    template.all_resources_properties(
        "AWS::CloudWatch::Alarm",
        {"AlarmActions": [{"Ref": topic}], "AlarmDescription": Match.string_like_regexp(r"\w\.$")},
    )
    silence = {it["Properties"]["AlarmName"]: it["Properties"]["TreatMissingData"] for it in resources(template, ALARM)}
    assert silence.pop("bonbon-tick-silent") == "breaching"
    assert set(silence.values()) == {"notBreaching"}


def test_there_is_an_alarm_for_whatever_can_fail(template: Template, functions: dict[str, Resource]) -> None:
    names = {alarm["Properties"]["AlarmName"] for alarm in resources(template, "AWS::CloudWatch::Alarm")}
    assert names == {
        *(f"{it['FunctionName']}-errors" for word, it in functions.items() if word in WATCHED_ALONE),
        *(f"bonbon-{what}-errors" for what in TOGETHER),
        "bonbon-lambda-throttles",
        *(f"bonbon-{what}-dead-letters" for what in ("actions", "calendar", "post", "feedback", "tick")),
        *(f"bonbon-{what}-overdue" for what in ("actions", "calendar", "post", "feedback")),
        *("bonbon-tick-silent", "bonbon-bounces", "bonbon-complaints"),
        *("bonbon-deliveries-failed", "bonbon-deliveries-unknown", "bonbon-feedback-ignored"),
        *(f"bonbon-{word}-slow" for word in ("validate", "redeem", "roll-back")),
        *(f"bonbon-{word.replace('_', '-')}-{what}" for word in READERS for what in ("behind", "dead-letters")),
        "bonbon-api-errors",
        "bonbon-api-slow",
        "bonbon-table-errors",
        *(f"bonbon-{place}-throttles" for place in ("table", "lists", "pools", "owners")),
    }


@pytest.mark.parametrize(
    ("alarm", "metric", "statistic", "above", "minutes"),
    [
        ("redeem-errors", "AWS/Lambda Errors", "Sum", 0, 5),
        ("lambda-throttles", "AWS/Lambda Throttles", "Sum", 0, 5),
        ("actions-dead-letters", "AWS/SQS ApproximateNumberOfMessagesVisible", "Maximum", 0, 5),
        ("redeem-slow", "AWS/Lambda Duration", "p99", 2_000, 15),
        ("follow-up-behind", "AWS/Lambda IteratorAge", "Maximum", 3_600_000, 5),
        ("facts-behind", "AWS/Lambda IteratorAge", "Maximum", 3_600_000, 5),
        ("actions-overdue", "AWS/SQS ApproximateAgeOfOldestMessage", "Maximum", 900, 5),
        ("calendar-overdue", "AWS/SQS ApproximateAgeOfOldestMessage", "Maximum", 900, 5),
        ("post-overdue", "AWS/SQS ApproximateAgeOfOldestMessage", "Maximum", 3_600, 5),
        ("post-dead-letters", "AWS/SQS ApproximateNumberOfMessagesVisible", "Maximum", 0, 5),
        ("deliveries-failed", "bonbon deliveries-failed", "Sum", 0, 5),
        ("feedback-ignored", "bonbon feedback-ignored", "Sum", 0, 5),
        ("feedback-overdue", "AWS/SQS ApproximateAgeOfOldestMessage", "Maximum", 900, 5),
        ("bounces", "AWS/SES Reputation.BounceRate", "Maximum", 0.05, 60),
        ("complaints", "AWS/SES Reputation.ComplaintRate", "Maximum", 0.001, 60),
        ("api-errors", "AWS/ApiGateway 5xx", "Sum", 0, 5),
        ("api-slow", "AWS/ApiGateway Latency", "p99", 2_000, 15),
    ],
)
def test_an_alarm_is_about_what_it_says(
    template: Template, *, alarm: str, metric: str, statistic: str, above: float, minutes: int
) -> None:
    [found] = template.find_resources(
        "AWS::CloudWatch::Alarm", {"Properties": {"AlarmName": f"bonbon-{alarm}"}}
    ).values()
    it = found["Properties"]
    assert f"{it['Namespace']} {it['MetricName']}" == metric
    assert (it.get("Statistic") or it["ExtendedStatistic"]) == statistic
    assert (it["ComparisonOperator"], it["Threshold"]) == ("GreaterThanThreshold", above)
    assert it["Period"] * it["EvaluationPeriods"] == minutes * 60


@pytest.mark.parametrize(
    ("alarm", "metrics", "minutes"),
    [
        ("people-errors", {"AWS/Lambda Errors": 7}, 5),
        ("table-errors", {"AWS/DynamoDB SystemErrors": 6}, 5),
        ("lists-throttles", {"AWS/DynamoDB ReadThrottleEvents": 1, "AWS/DynamoDB WriteThrottleEvents": 1}, 15),
    ],
)
def test_an_alarm_may_be_about_some_things_together(
    template: Template, *, alarm: str, metrics: dict[str, int], minutes: int
) -> None:
    [found] = template.find_resources(ALARM, {"Properties": {"AlarmName": f"bonbon-{alarm}"}}).values()
    it = found["Properties"]
    parts = [part["MetricStat"] for part in it["Metrics"] if "MetricStat" in part]
    assert Counter(f"{part['Metric']['Namespace']} {part['Metric']['MetricName']}" for part in parts) == metrics
    assert {part["Stat"] for part in parts} == {"Sum"}
    [told] = [part["Expression"] for part in it["Metrics"] if "Expression" in part]
    assert told == " + ".join(f"FILL({part['Id']}, 0)" for part in it["Metrics"] if "MetricStat" in part)
    assert (it["ComparisonOperator"], it["Threshold"]) == ("GreaterThanThreshold", 0)
    assert parts[0]["Period"] * it["EvaluationPeriods"] == minutes * 60


def test_every_function_is_watched_alone_or_with_others() -> None:
    together = [word for words in TOGETHER.values() for word in words]
    assert sorted([*together, *WATCHED_ALONE]) == sorted(path.stem for path in MODULES)
    assert all(len(words) <= 10 for words in TOGETHER.values())


def test_every_log_ends_after_a_month_and_goes_with_the_stack(
    template: Template, functions: dict[str, Resource]
) -> None:
    logs = template.find_resources("AWS::Logs::LogGroup")
    assert {it["Properties"]["LogGroupName"] for it in logs.values()} == {
        *(f"/aws/lambda/{function['FunctionName']}" for function in functions.values()),
        "/aws/vendedlogs/bonbon-api",
    }
    assert all(it["Properties"]["RetentionInDays"] == 30 for it in logs.values())
    assert all(it["DeletionPolicy"] == "Delete" for it in logs.values())
    for function in functions.values():
        log = logs[function["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]["LogGroupName"]
        assert log == f"/aws/lambda/{function['FunctionName']}"


# The stack


def test_there_is_room_for_more(template: Template) -> None:
    """AWS holds a stack to 500 resources, and the widget that shows how alarms stand to 100 of them."""
    assert len(template.to_json()["Resources"]) <= 450
    assert len(template.find_resources(ALARM)) <= 90


def test_the_stack_tells_where_everything_is(template: Template) -> None:
    outputs = template.find_outputs("*")
    assert set(outputs) == {
        *("ApiUrl", "TableName", "AlarmTopicArn", "BusName", "FeedbackTopicArn"),
        *(
            f"{which}{what}"
            for which in ("", "Calendar", "Post", "Feedback")
            for what in ("QueueUrl", "DeadLetterQueueUrl")
        ),
    }
    assert all(output["Description"] for output in outputs.values())


def test_a_machine_of_ones_own_gets_the_same_stack(template: Template) -> None:
    """But for the zips, which are made for its Python, the queues' refusal of plain HTTP, a tick each minute, and the
    alarms that sum, with the page that shows them: its engine takes none.
    """

    def comparable(one: Template) -> dict[str, Any]:
        said = one.to_json()["Resources"]
        for resource in said.values():
            for holder in ("Code", "Content"):
                resource["Properties"].pop(holder, None)
            resource["Properties"].pop("ScheduleExpression", None)
        left = {"AWS::SQS::QueuePolicy", "AWS::CloudWatch::Dashboard"}
        return {id_: it for id_, it in said.items() if it["Type"] not in left and "Metrics" not in it["Properties"]}

    here, there = comparable(synthesised(machine="here")), comparable(template)
    # A layer's logical id carries what it is made of.
    assert json.dumps(here) == json.dumps(there)
