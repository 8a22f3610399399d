"""The calendar and the post on the template: no local engine keeps a zone, a tick's dead letter or a mail's rules."""

import json
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from infra.post import Sender
from tests.infra.test_stack import functions, listed, only, permissions, synthesised

__all__ = ["functions"]

Resource = dict[str, Any]
SENDER = "Shop <offers@example.com>"


@pytest.fixture(scope="module")
def template() -> Template:
    return synthesised(sender=SENDER, public_url="https://shop.example", carriers="20")


@pytest.fixture(scope="module")
def bare() -> Template:
    """On a machine of one's own, with no sender."""
    return synthesised(machine="here")


@pytest.fixture(scope="module")
def schedule(template: Template) -> Resource:
    return dict(only(template, "AWS::Scheduler::Schedule")["Properties"])


# What wakes the calendar


def test_one_schedule_ticks_every_quarter_of_an_hour_and_tells_its_instant(
    schedule: Resource, functions: dict[str, Resource]
) -> None:
    assert schedule["ScheduleExpression"] == "cron(0/15 * * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": [functions["tick"]["Id"], "Arn"]}
    assert json.loads(schedule["Target"]["Input"]) == {"at": "<aws.scheduler.scheduled-time>"}


def test_on_a_machine_of_ones_own_it_ticks_every_minute(bare: Template) -> None:
    schedule = only(bare, "AWS::Scheduler::Schedule")["Properties"]
    assert schedule["ScheduleExpression"] == "cron(* * * * ? *)"


def test_a_tick_that_cannot_be_handed_over_is_tried_until_the_next(template: Template, schedule: Resource) -> None:
    [dead] = template.find_resources("AWS::SQS::Queue", {"Properties": {"QueueName": "bonbon-tick-dead-letters"}})
    assert schedule["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 900, "MaximumRetryAttempts": 10}
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [dead, "Arn"]}}


def test_the_schedule_may_wake_tick_and_tell_what_failed_and_nothing_else(
    template: Template, schedule: Resource, functions: dict[str, Resource]
) -> None:
    [dead] = template.find_resources("AWS::SQS::Queue", {"Properties": {"QueueName": "bonbon-tick-dead-letters"}})
    role = schedule["Target"]["RoleArn"]["Fn::GetAtt"][0]
    assert template.find_resources("AWS::IAM::Role")[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Action": "sts:AssumeRole",
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        }
    ]
    assert {(it["Action"], it["Resource"]["Fn::GetAtt"][0]) for it in statements(template, role)} == {
        ("lambda:InvokeFunction", functions["tick"]["Id"]),
        ("sqs:SendMessage", dead),
    }


def test_an_hour_without_a_tick_rings(template: Template) -> None:
    named = {"Properties": {"AlarmName": "bonbon-tick-silent"}}
    [alarm] = template.find_resources("AWS::CloudWatch::Alarm", named).values()
    it = alarm["Properties"]
    assert (it["Namespace"], it["MetricName"], it["Statistic"]) == ("AWS/Lambda", "Invocations", "Sum")
    assert (it["ComparisonOperator"], it["Threshold"]) == ("LessThanOrEqualToThreshold", 0)
    assert it["Period"] * it["EvaluationPeriods"] == 3_600
    assert it["TreatMissingData"] == "breaching"


# What carries runs and messages

WORKING = "ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes GetQueueUrl"


@pytest.mark.parametrize(
    ("function", "runs", "post"),
    [
        ("tick", "SendMessage", ""),
        ("fan_out", f"{WORKING} SendMessage", "SendMessage"),
        ("deliver", "", WORKING),
        ("issue", "", ""),
    ],
)
def test_a_run_goes_from_hand_to_hand(
    template: Template, functions: dict[str, Resource], *, function: str, runs: str, post: str
) -> None:
    allowed = {
        f"{action} on {thing}"
        for action, thing in permissions(template, functions[function])
        if thing in {"the runs", "the post"}
    }
    assert allowed == {
        *(f"sqs:{action} on the runs" for action in runs.split()),
        *(f"sqs:{action} on the post" for action in post.split()),
    }


def test_whoever_may_send_more_has_more_carriers(template: Template, functions: dict[str, Resource]) -> None:
    kind = "AWS::Lambda::EventSourceMapping"
    mine = {"Properties": {"FunctionName": {"Ref": functions["deliver"]["Id"]}}}
    [mapping] = template.find_resources(kind, mine).values()
    assert mapping["Properties"]["ScalingConfig"] == {"MaximumConcurrency": 20}


# In whose name mails leave


def test_mails_leave_by_rules_of_our_own(template: Template) -> None:
    assert only(template, "AWS::SES::ConfigurationSet")["Properties"] == {
        "Name": "bonbon",
        "DeliveryOptions": {"TlsPolicy": "REQUIRE"},
        "ReputationOptions": {"ReputationMetricsEnabled": True},
        "SuppressionOptions": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
    }


@pytest.mark.parametrize("function", ["deliver", "send"])
def test_who_sends_knows_the_sender_its_rules_and_where_links_lead(
    template: Template, functions: dict[str, Resource], function: str
) -> None:
    [rules] = template.find_resources("AWS::SES::ConfigurationSet")
    told = functions[function]["Environment"]["Variables"]
    assert told["SENDER"] == SENDER
    assert told["CONFIGURATION_SET"] == {"Ref": rules}
    assert told["PUBLIC_URL"] == "https://shop.example"


def test_the_senders_domain_is_proved_and_the_outputs_tell_how(template: Template) -> None:
    assert only(template, "AWS::SES::EmailIdentity")["Properties"]["EmailIdentity"] == "example.com"
    records = [it for name, it in template.find_outputs("*").items() if name.startswith("SenderRecord")]
    assert len(records) == 3
    assert all("CNAME" in json.dumps(record["Value"]) for record in records)


def test_only_deliver_and_send_send_from_this_sender_by_these_rules_and_to_phones(
    template: Template, functions: dict[str, Resource]
) -> None:
    [rules] = template.find_resources("AWS::SES::ConfigurationSet")
    for word, function in functions.items():
        said = {it["Action"]: it for it in statements(template, function["Role"]["Fn::GetAtt"][0]) if sends(it)}
        said.pop("sns:ListPhoneNumbersOptedOut", None)  # test_feedback.py
        if word not in ("deliver", "send"):
            assert not said
            continue
        assert [spelt(it) for it in listed(said["ses:SendEmail"]["Resource"])] == [
            "arn:{AWS::Partition}:ses:{AWS::Region}:{AWS::AccountId}:identity/example.com",
            "arn:{AWS::Partition}:ses:{AWS::Region}:{AWS::AccountId}:identity/offers@example.com",
            f"arn:{{AWS::Partition}}:ses:{{AWS::Region}}:{{AWS::AccountId}}:configuration-set/{{{rules}}}",
        ]
        assert "Resource" not in said["sns:Publish"]
        assert spelt(said["sns:Publish"]["NotResource"]) == "arn:{AWS::Partition}:sns:*:*:*"


def sends(statement: Resource) -> bool:
    return any(str(action).startswith(("ses:", "sns:")) for action in listed(statement["Action"]))


def test_without_a_sender_the_stack_stands_and_no_mail_may_leave(bare: Template) -> None:
    [deliver] = bare.find_resources(
        "AWS::Lambda::Function", {"Properties": {"FunctionName": "bonbon-deliver"}}
    ).values()
    told = deliver["Properties"]["Environment"]["Variables"]
    assert told["SENDER"] == ""
    [api] = bare.find_resources("AWS::ApiGatewayV2::Api")
    assert told["PUBLIC_URL"] == {"Fn::GetAtt": [api, "ApiEndpoint"]}
    role = deliver["Properties"]["Role"]["Fn::GetAtt"][0]
    assert [it["Action"] for it in statements(bare, role) if sends(it)] == ["sns:Publish"]
    assert not bare.find_resources("AWS::SES::EmailIdentity")


def test_a_domain_that_is_proved_already_stays_as_it_is() -> None:
    stack = Stack(App(context={"sender": SENDER, "sender_identity": "existing"}), "Any")
    Sender(stack, "Sender").let_send(iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))
    known = Template.from_stack(stack)
    assert not known.find_resources("AWS::SES::EmailIdentity")
    assert "identity/offers@example.com" in json.dumps(known.find_resources("AWS::IAM::Policy"))


@pytest.mark.parametrize("sender", ["Shop", "Shop <offers>", "Shop <@example.com>", "offers@localhost", "x@bücher.de"])
def test_a_sender_that_is_no_address_is_refused_before_anything_is_deployed(sender: str) -> None:
    app = App(context={"sender": sender})
    with pytest.raises(ValueError, match="the sender is not an address"):
        Sender(Stack(app, "Any"), "Sender")


def statements(template: Template, role: str) -> list[Resource]:
    """Each statement of the policies of a role."""
    return [
        statement
        for policy in template.find_resources("AWS::IAM::Policy").values()
        if policy["Properties"]["Roles"] == [{"Ref": role}]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def spelt(value: Any) -> str:
    """A value of the template as one word, with each reference in braces."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return f"{{{value['Ref']}}}"
    return "".join(spelt(part) for part in value["Fn::Join"][1])
