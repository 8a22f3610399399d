"""Who enters and leaves segments: read off the table's stream, told on a bus of our own."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.facts import read
from infra.function import Function
from infra.names import name
from infra.table import Table
from infra.work import dead_letters

BATCH = 100
WAIT = Duration.seconds(5)
"""How long changes are gathered: whoever is welcomed does not notice, and a busy shop pays for fewer batches."""

LONGEST_LOOK = Duration.minutes(1)


class Bus(events.EventBus):
    """Where facts are told; whoever wants to act on them adds a rule of their own."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_, event_bus_name=name(scope))

    def let_tell(self, grantee: iam.IGrantable) -> None:
        """Allow to put facts on this bus, and nothing else."""
        iam.Grant.add_to_principal(grantee=grantee, actions=["events:PutEvents"], resource_arns=[self.event_bus_arn])


class Enrolments(Construct):
    """Delivers each change of a customer, of what their history comes to, and of the lists that they are on."""

    def __init__(self, scope: Construct, id_: str, *, table: Table, reader: Function) -> None:
        super().__init__(scope, id_)
        self.dead_letters = dead_letters(self, "enrol")
        of = (lambda_.FilterRule.or_("customer", "summary"), lambda_.FilterRule.begins_with("member#"))
        filters = [lambda_.FilterCriteria.filter({"dynamodb": {"Keys": {"SK": {"S": rule}}}}) for rule in of]
        read(self, table, reader, failed=self.dead_letters, batch=BATCH, wait=WAIT, filters=filters)
