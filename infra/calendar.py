"""The calendar: what wakes ``tick``, and the runs that it found, on their way to whoever is due."""

import json

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.function import Function
from infra.machine import HERE, Machine
from infra.names import name
from infra.work import Work, dead_letters

QUARTER = Duration.minutes(15)
"""Every zone's offset from UTC is a multiple of it, so one schedule meets every wall time that a run may have."""

LONGEST_TICK = Duration.minutes(2)
LONGEST_PAGE = Duration.minutes(1)
"""How long a worker may go on with one message: it asks for one page of those who are due, and passes them on."""

ATTEMPTS = 5
PAGES_AT_ONCE = 10
"""Zones that have the same hour are paged through side by side; the post behind them has a pace of its own."""


class Ticks(Construct):
    """One schedule wakes ``tick`` and tells it the instant for which it was made, however late it comes.

    What could not be handed to Lambda is tried again until the next tick, which makes up for it; so the dead letters
    are for a person to read and never to redrive, and go after a day. Where ``tick`` itself fails, its errors ring.
    """

    def __init__(self, scope: Construct, id_: str, *, tick: Function) -> None:
        super().__init__(scope, id_)
        self.dead_letters = dead_letters(self, tick.word, kept=Duration.days(1))
        role = iam.Role(
            self,
            "Role",
            # This account's schedules alone: the service also works for others.
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
            ),
        )
        # The library's own target would allow each version of the function, by a wildcard.
        iam.Grant.add_to_principal(grantee=role, actions=["lambda:InvokeFunction"], resource_arns=[tick.function_arn])
        self.dead_letters.grant(role, "sqs:SendMessage")
        minutes = "*" if Machine.of(self) == HERE else f"0/{QUARTER.to_minutes():.0f}"
        scheduler.CfnSchedule(
            self,
            "Schedule",
            name=name(self, tick.word),
            description="Wakes tick, which finds what is due",
            schedule_expression=f"cron({minutes} * * * ? *)",
            schedule_expression_timezone="UTC",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=tick.function_arn,
                role_arn=role.role_arn,
                input=json.dumps({"at": scheduler.ContextAttribute.scheduled_time}),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=QUARTER.to_seconds(), maximum_retry_attempts=10
                ),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=self.dead_letters.queue_arn),
            ),
        )


class Calendar(Work):
    """A message carries a run, and how far it was paged through."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_, what="calendar", longest=LONGEST_PAGE, attempts=ATTEMPTS)
