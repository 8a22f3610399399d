"""Everything that is deployed, and who may do what. How each thing is made stands in the module of its name."""

from functools import partial

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.actions import LONGEST_WORK, Actions
from infra.alarms import Alarms
from infra.api import Api
from infra.dependencies import Dependencies
from infra.facts import LONGEST_COUNT, Facts
from infra.function import Function, source_code
from infra.table import Table


class Bonbon(Stack):
    """The promotion engine: an API, a function for each of its verbs, one table, one queue, alarms."""

    def __init__(self, scope: Construct, id_: str, *, description: str = "") -> None:
        super().__init__(scope, id_, description=description)
        table = Table(self, "Table")
        actions = Actions(self, "Actions")
        function = partial(
            Function,
            self,
            code=source_code(self),
            dependencies=Dependencies(self, "Dependencies"),
            environment={"TABLE_NAME": table.table_name, "QUEUE_URL": actions.queue.queue_url},
        )

        # Who may do what. Every caller's key is read (GetItem); a POST may have its answer remembered (PutItem); a
        # transaction asks for the permission of each of its parts.
        validate = function("validate")
        table.let(validate, "GetItem", "BatchGetItem", "Query")
        table.let(validate, "PutItem", "UpdateItem", "DeleteItem")  # a session's hold, and the end of a lapsed one

        redeem = function("redeem")
        table.let(redeem, "GetItem", "BatchGetItem", "Query")
        table.let(redeem, "PutItem", "UpdateItem", "DeleteItem")

        roll_back = function("roll_back")
        table.let(roll_back, "GetItem", "BatchGetItem")
        table.let(roll_back, "PutItem", "UpdateItem")

        redemptions = function("redemptions")
        table.let(redemptions, "GetItem", "BatchGetItem", "Query")
        table.let_list(redemptions, "lists", "owners")

        issue = function("issue")
        table.let(issue, "GetItem", "BatchGetItem")
        table.let_list(issue, "lists", "owners", "pools")
        table.let(issue, "PutItem", "UpdateItem")

        campaigns = function("campaigns")
        table.let(campaigns, "GetItem", "BatchGetItem")
        table.let_list(campaigns, "lists")
        table.let(campaigns, "PutItem", "UpdateItem")
        actions.let_send(campaigns)

        vouchers = function("vouchers")
        table.let(vouchers, "GetItem", "BatchGetItem", "Query")  # the holds of a voucher that is deleted
        table.let_list(vouchers, "lists", "owners", "pools")
        table.let(vouchers, "PutItem", "UpdateItem", "DeleteItem")

        async_actions = function("async_actions")
        table.let(async_actions, "GetItem", "BatchGetItem")
        table.let_list(async_actions, "lists")

        generate = function("generate", timeout=LONGEST_WORK)
        table.let(generate, "GetItem", "BatchGetItem", "Query")  # which draws are taken; the holds of a code that goes
        table.let_list(generate, "pools")
        table.let(generate, "PutItem", "UpdateItem", "DeleteItem")
        actions.worked_by(generate)
        actions.let_send(generate)  # what one run cannot finish, the next carries on

        facts = function("facts", timeout=LONGEST_COUNT)
        table.let(facts, "GetItem", "UpdateItem")  # how far it has counted; the counters
        stream = Facts(self, "Stream", table=table, reader=facts)

        unknown = function("unknown")  # says 404 or 405, for which it needs nothing

        answering = (validate, redeem, roll_back, redemptions, issue, campaigns, vouchers, async_actions, unknown)
        api = Api(self, "Api", functions={function.word: function for function in answering})
        alarms = Alarms(
            self,
            "Alarms",
            functions=(*answering, generate, facts),
            dead_letters={"actions": actions.dead_letters, "facts": stream.dead_letters},
            api=api,
            table=table,
        )

        CfnOutput(self, "ApiUrl", value=api.api_endpoint, description="The address that shops call")
        CfnOutput(self, "TableName", value=table.table_name, description="The table with everything in it")
        CfnOutput(self, "QueueUrl", value=actions.queue.queue_url, description="Async actions on their way")
        CfnOutput(
            self,
            "DeadLetterQueueUrl",
            value=actions.dead_letters.queue_url,
            description="Async actions that failed for good; redrive them once the cause is mended",
        )
        CfnOutput(
            self,
            "AlarmTopicArn",
            value=alarms.topic.topic_arn,
            description="Alarms ring here; subscribe an e-mail address to hear them",
        )
