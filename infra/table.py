"""The one table. Its keys are explained in ``shared/storage/keys.py``."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.names import name
from shared.storage.keys import TABLE_INDEXES, TIME_TO_LIVE, Key


class Table(dynamodb.TableV2):
    """Pays by the request, remembers 35 days, and outlives its stack.

    The name is fixed so that a table left behind by a deleted stack is taken up again, with all that is in it, by
    ``cdk deploy --import-existing-resources``.
    """

    def __init__(self, scope: Construct, id_: str) -> None:
        partition, sort = (_text(field) for field in Key._fields)
        super().__init__(
            scope,
            id_,
            table_name=name(scope),
            partition_key=partition,
            sort_key=sort,
            billing=dynamodb.Billing.on_demand(),
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=index,
                    partition_key=_text(index_partition),
                    sort_key=_text(index_sort),
                    projection_type=dynamodb.ProjectionType.KEYS_ONLY,
                )
                for index, (index_partition, index_sort) in TABLE_INDEXES.items()
            ],
            time_to_live_attribute=TIME_TO_LIVE,
            dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )

    def let(self, grantee: iam.IGrantable, *actions: str) -> None:
        """Allow these actions on the items of the table, and on nothing else."""
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=[f"dynamodb:{action}" for action in actions],
            resource_arns=[self.table_arn],
        )

    def sum_of(self, metric: str, label: str | None = None, **dimensions: str) -> cloudwatch.Metric:
        """A metric of the table, or of one of its operations or indexes, added up over five minutes."""
        return cloudwatch.Metric(
            namespace="AWS/DynamoDB",
            metric_name=metric,
            dimensions_map={"TableName": self.table_name, **dimensions},
            statistic="Sum",
            period=Duration.minutes(5),
            label=label,
        )

    def let_list(self, grantee: iam.IGrantable, *indexes: str) -> None:
        """Allow to query these indexes; they hold keys and no data."""
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["dynamodb:Query"],
            resource_arns=[f"{self.table_arn}/index/{index}" for index in indexes],
        )


def _text(attribute: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=attribute, type=dynamodb.AttributeType.STRING)
