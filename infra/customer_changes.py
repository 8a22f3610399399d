"""The changes of customers: read off the table's stream by whoever does what follows from them."""

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.facts import read
from infra.function import Function
from infra.table import Table
from infra.work import dead_letters

BATCH = 100
WAIT = Duration.seconds(5)
"""How long changes are gathered: whoever is welcomed does not notice, no message leaves by it that was redeemed, and a
busy shop pays for fewer batches.
"""

LONGEST_LOOK = Duration.minutes(1)


class CustomerChanges(Construct):
    """Delivers each change of a customer, of what their history comes to, and of the lists that they are on."""

    def __init__(self, scope: Construct, id_: str, *, table: Table, reader: Function) -> None:
        super().__init__(scope, id_)
        self.dead_letters = dead_letters(self, "follow_up")
        of = (lambda_.FilterRule.or_("customer", "summary"), lambda_.FilterRule.begins_with("member#"))
        filters = [lambda_.FilterCriteria.filter({"dynamodb": {"Keys": {"SK": {"S": rule}}}}) for rule in of]
        read(self, table, reader, failed=self.dead_letters, batch=BATCH, wait=WAIT, filters=filters)
