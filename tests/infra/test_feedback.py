"""What comes back, on the template: no local engine has SES tell of its mails, or a topic refuse a stranger."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template

from tests.infra.test_calendar import WORKING, spelt, statements
from tests.infra.test_stack import functions, listed, only, permissions, template

__all__ = ["functions", "template"]

Resource = dict[str, Any]


@pytest.fixture(scope="module")
def topic(template: Template) -> str:
    [id_] = template.find_resources("AWS::SNS::Topic", {"Properties": {"TopicName": "bonbon-feedback"}})
    return id_


@pytest.fixture(scope="module")
def queues(template: Template) -> tuple[str, str]:
    """The queue, and its dead letters."""
    names = ("bonbon-feedback", "bonbon-feedback-dead-letters")
    found = [template.find_resources("AWS::SQS::Queue", {"Properties": {"QueueName": name}}) for name in names]
    [[queue], [dead]] = found
    return queue, dead


def test_ses_tells_the_topic_of_bounces_and_complaints_of_our_mails(template: Template, topic: str) -> None:
    [rules] = template.find_resources("AWS::SES::ConfigurationSet")
    told = only(template, "AWS::SES::ConfigurationSetEventDestination")["Properties"]
    assert told["ConfigurationSetName"] == {"Ref": rules}
    assert told["EventDestination"] == {
        "Enabled": True,
        "MatchingEventTypes": ["bounce", "complaint"],
        "SnsDestination": {"TopicARN": {"Ref": topic}},
    }


def test_nobody_publishes_to_the_topic_but_these_rules_and_this_accounts_numbers(
    template: Template, topic: str
) -> None:
    [rules] = template.find_resources("AWS::SES::ConfigurationSet")
    [policy] = template.find_resources("AWS::SNS::TopicPolicy", {"Properties": {"Topics": [{"Ref": topic}]}}).values()
    by = {it["Principal"]["Service"]: it for it in policy["Properties"]["PolicyDocument"]["Statement"]}
    account = {"Ref": "AWS::AccountId"}
    assert {(it["Effect"], it["Action"], it["Resource"]["Ref"]) for it in by.values()} == {
        ("Allow", "sns:Publish", topic)
    }
    assert {service: set(it["Condition"]) for service, it in by.items()} == {
        "ses.amazonaws.com": {"StringEquals"},
        "sms-voice.amazonaws.com": {"StringEquals"},
    }
    assert by["sms-voice.amazonaws.com"]["Condition"]["StringEquals"] == {"aws:SourceAccount": account}
    ours = by["ses.amazonaws.com"]["Condition"]["StringEquals"]
    assert ours["AWS:SourceAccount"] == account
    arn = f"arn:{{AWS::Partition}}:ses:{{AWS::Region}}:{{AWS::AccountId}}:configuration-set/{{{rules}}}"
    assert spelt(ours["AWS:SourceArn"]) == arn


def test_what_is_told_comes_into_the_queue_as_it_was_said(
    template: Template, topic: str, queues: tuple[str, str]
) -> None:
    assert only(template, "AWS::SNS::Subscription")["Properties"] == {
        "Protocol": "sqs",
        "Endpoint": {"Fn::GetAtt": [queues[0], "Arn"]},
        "TopicArn": {"Ref": topic},
        "RawMessageDelivery": True,
    }


def test_once_a_day_the_list_is_read(template: Template, queues: tuple[str, str]) -> None:
    queue, dead = queues
    rule = only(template, "AWS::Events::Rule")["Properties"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("cron(17 3 * * ? *)", "ENABLED")
    [target] = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert json.loads(target["Input"]) == {"opted_out": ""}
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [dead, "Arn"]}}


def test_only_the_topic_and_the_rule_fill_the_queue(template: Template, topic: str, queues: tuple[str, str]) -> None:
    [rule] = template.find_resources("AWS::Events::Rule")
    arns = {topic: {"Ref": topic}, rule: {"Fn::GetAtt": [rule, "Arn"]}}
    for queue, sources in zip(queues, ([topic, rule], [rule]), strict=True):
        named = {"Properties": {"Queues": [{"Ref": queue}]}}
        [policy] = template.find_resources("AWS::SQS::QueuePolicy", named).values()
        allowed = [it for it in policy["Properties"]["PolicyDocument"]["Statement"] if it["Effect"] == "Allow"]
        assert [it["Condition"] for it in allowed] == [{"ArnEquals": {"aws:SourceArn": arns[it]}} for it in sources]


def test_feedback_alone_works_on_it_and_reads_the_list(template: Template, functions: dict[str, Resource]) -> None:
    for word, function in functions.items():
        allowed = {action for action, thing in permissions(template, function) if thing == "the feedback"}
        role = function["Role"]["Fn::GetAtt"][0]
        reads = [it for it in statements(template, role) if "sns:ListPhoneNumbersOptedOut" in listed(it["Action"])]
        if word == "feedback":
            assert allowed == {f"sqs:{action}" for action in (*WORKING.split(), "SendMessage")}
            assert [it["Resource"] for it in reads] == ["*"]
        else:
            assert (allowed, reads) == (set(), [])


def test_a_line_that_tells_of_something_ignored_is_counted(template: Template, functions: dict[str, Resource]) -> None:
    named = {"Properties": {"LogGroupName": functions["feedback"]["LoggingConfig"]["LogGroup"]}}
    [metric] = template.find_resources("AWS::Logs::MetricFilter", named).values()
    assert metric["Properties"]["FilterPattern"] == '{ $.message = "ignored" }'
