"""Where facts are told, as who enters and leaves segments."""

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.names import name


class Bus(events.EventBus):
    """Where facts are told; whoever wants to act on them adds a rule of their own."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_, event_bus_name=name(scope))

    def let_tell(self, grantee: iam.IGrantable) -> None:
        """Allow to put facts on this bus, and nothing else."""
        iam.Grant.add_to_principal(grantee=grantee, actions=["events:PutEvents"], resource_arns=[self.event_bus_arn])
