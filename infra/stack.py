"""Everything that is deployed, and who may do what. How each thing is made stands in the module of its name."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.actions import AT_ONCE, LONGEST_WORK, Actions
from infra.alarms import Alarms
from infra.api import Api
from infra.bus import Bus
from infra.calendar import LONGEST_PAGE, LONGEST_TICK, PAGES_AT_ONCE, Calendar, Ticks
from infra.customer_changes import LONGEST_LOOK, CustomerChanges
from infra.dashboard import Dashboard
from infra.dependencies import Layers
from infra.facts import LONGEST_COUNT, Facts
from infra.feedback import LONGEST_READ, READERS, Feedback
from infra.function import Function, source_code
from infra.post import LONGEST_ROUND, Post, Sender
from infra.redrive import OUTPUTS
from infra.table import Table
from infra.work import Work
from shared.runtime.routes import ROUTES

Make = Callable[..., Function]
"""What makes the function of a word."""

CARRIED = {
    "actions": "Async actions",
    "calendar": "Runs",
    "post": "Messages that are due",
    "feedback": "What comes back",
}
"""What each queue has on its way."""


class Bonbon(Stack):
    """The promotion engine: an API, a function for each of its verbs, one table, four queues, a schedule, alarms."""

    def __init__(self, scope: Construct, id_: str, *, description: str = "") -> None:
        super().__init__(scope, id_, description=description)
        table = Table(self, "Table")
        actions = Actions(self, "Actions")
        functions: dict[str, Function] = {}
        layers = Layers(self)
        make = partial(
            Function,
            self,
            code=source_code(self),
            environment={"TABLE_NAME": table.table_name, "QUEUE_URL": actions.queue.queue_url},
        )

        def function(word: str, **more: Any) -> Function:
            functions[word] = make(word, layers=layers.of(word), **more)
            return functions[word]

        _for_checkouts(function, table)
        _for_marketers(function, table, actions)
        _for_the_gate(function, table)
        _for_callers(function, table)
        _of_the_ledger(function, table)
        _behind_the_queue(function, table, actions)
        stream = _behind_the_stream(self, function, table)
        bus = Bus(self, "Bus")
        changes = _behind_customers(self, function, table, bus)

        calendar, post, sender = Calendar(self, "Calendar"), Post(self, "Post"), Sender(self, "Sender")
        _for_the_brand(function, table, sender)
        ticks = _by_the_calendar(self, function, table, calendar, post)
        send = _on_demand(function, table, post, sender)

        answering = {route.function for route in ROUTES} | {"unknown"}
        api = Api(self, "Api", functions={word: made for word, made in functions.items() if word in answering})
        _into_the_post(function, table, post, sender, public_url=self._public_url(api))
        send.add_environment("PUBLIC_URL", self._public_url(api))

        feedback = Feedback(self, "Returns", sender=sender)
        _out_of_the_post(function, table, feedback)

        queues = {"actions": actions, "calendar": calendar, "post": post, "feedback": feedback}
        alarms = Alarms(
            self,
            "Alarms",
            functions=functions,
            queues=queues,
            dead_letters={
                **{what: work.dead_letters for what, work in queues.items()},
                "tick": ticks.dead_letters,
                "facts": stream.dead_letters,
                "follow_up": changes.dead_letters,
            },
            api=api,
            table=table,
            sender=sender,
        )
        Dashboard(self, "Dashboard", functions=functions, queues=queues, api=api, table=table, alarms=alarms.all)

        self._tell(api, table, queues, alarms)
        CfnOutput(
            self,
            "FeedbackTopicArn",
            value=feedback.topic.topic_arn,
            description="Two-way SMS of a number of yours should publish here, so that a stop by text is heard",
        )
        CfnOutput(self, "BusName", value=bus.event_bus_name, description="Facts are told here; add a rule to hear them")

    def _public_url(self, api: Api) -> str:
        """Where the links of messages lead: ``-c public_url=https://shop.example``, else to the API's own address."""
        return str(self.node.try_get_context("public_url") or api.api_endpoint)

    def _tell(self, api: Api, table: Table, queues: Mapping[str, Work], alarms: Alarms) -> None:
        """What an operator is told once it is deployed."""
        CfnOutput(self, "ApiUrl", value=api.api_endpoint, description="The address that shops call")
        CfnOutput(self, "TableName", value=table.table_name, description="The table with everything in it")
        for what, work in queues.items():
            alive, dead = OUTPUTS[what]
            CfnOutput(self, alive, value=work.queue.queue_url, description=f"{CARRIED[what]} on their way")
            CfnOutput(
                self,
                dead,
                value=work.dead_letters.queue_url,
                description=f"{CARRIED[what]} that failed for good; redrive them once the cause is mended",
            )
        CfnOutput(
            self,
            "AlarmTopicArn",
            value=alarms.topic.topic_arn,
            description="Alarms ring here; subscribe an e-mail address to hear them",
        )


# Who may do what. Every caller's key is read (GetItem); a POST may have its answer remembered (PutItem); a transaction
# asks for the permission of each of its parts.


def _for_checkouts(function: Make, table: Table) -> None:
    validate = function("validate")
    table.let(validate, "GetItem", "BatchGetItem", "Query")
    table.let(validate, "PutItem", "UpdateItem", "DeleteItem")  # a session's hold, and the end of a lapsed one
    table.let(validate, "ConditionCheckItem")  # a limit that a rule looks at and a hold does not change

    qualify = function("qualify")
    table.let(qualify, "GetItem", "BatchGetItem", "Query", "PutItem")  # holds that have lapsed; it writes nothing else
    table.let_list(qualify, "lists", "owners", "pools")

    redeem = function("redeem")
    table.let(redeem, "GetItem", "BatchGetItem", "Query")
    table.let(redeem, "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")

    roll_back = function("roll_back")
    table.let(roll_back, "GetItem", "BatchGetItem")
    table.let(roll_back, "PutItem", "UpdateItem")

    redemptions = function("redemptions")
    table.let(redemptions, "GetItem", "BatchGetItem", "Query")
    table.let_list(redemptions, "lists", "owners")


def _for_marketers(function: Make, table: Table, actions: Actions) -> None:
    issue = function("issue")
    table.let(issue, "GetItem", "BatchGetItem")
    table.let_list(issue, "lists", "owners", "pools")
    table.let(issue, "PutItem", "UpdateItem", "DeleteItem")  # a day that its customer celebrates no more

    campaigns = function("campaigns")
    table.let(campaigns, "GetItem", "BatchGetItem")
    table.let_list(campaigns, "lists")
    table.let(campaigns, "PutItem", "UpdateItem", "DeleteItem")  # the assignments of one that is deleted
    actions.let_send(campaigns)

    vouchers = function("vouchers")
    table.let(vouchers, "GetItem", "BatchGetItem", "Query")  # the holds of a voucher that is deleted
    table.let_list(vouchers, "lists", "owners", "pools")
    table.let(vouchers, "PutItem", "UpdateItem", "DeleteItem")

    rules = function("rules")
    table.let(rules, "GetItem", "BatchGetItem", "Query")  # what is under a rule stands beside it
    table.let_list(rules, "lists", "owners")
    table.let(rules, "PutItem", "UpdateItem", "DeleteItem")

    customers, orders = function("customers"), function("orders")
    for people in (customers, orders):
        table.let(people, "GetItem", "BatchGetItem", "PutItem")
        # a place that nobody lived in before, what an order adds to a summary; a day that is celebrated no more
        table.let(people, "UpdateItem", "DeleteItem")
        table.let_list(people, "lists")
    table.let(customers, "Query")  # who is forgotten, and what stood with them
    table.let_list(customers, "owners", "pools")  # their events; the customers of a segment
    table.let_list(orders, "owners")

    products = function("products")
    table.let(products, "GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem")
    table.let_list(products, "lists", "owners")

    collections = function("product_collections")
    table.let(collections, "GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem")
    table.let(collections, "BatchWriteItem")  # members, that nobody sees before a commit shows them, or any more
    table.let_list(collections, "lists")

    segments = function("segments")
    table.let(segments, "GetItem", "BatchGetItem")
    table.let(segments, "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")  # a segment, and who is on its list
    table.let_list(segments, "lists", "pools")

    events = function("events")
    table.let(events, "GetItem", "BatchGetItem", "PutItem", "UpdateItem")  # what a customer did, counted
    table.let(events, "DeleteItem")  # as issue

    imports = function("imports")
    # what was sent is kept, and removed again if the import is refused after all
    table.let(imports, "GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem")
    actions.let_send(imports)

    gift_cards = function("credits")
    table.let(gift_cards, "GetItem", "BatchGetItem", "Query")  # a card's movements stand beside it
    table.let(gift_cards, "PutItem", "UpdateItem")

    schemas = function("schemas")
    table.let(schemas, "GetItem", "UpdateItem")  # each schema is an attribute of the settings

    async_actions = function("async_actions")
    table.let(async_actions, "GetItem", "BatchGetItem")
    table.let_list(async_actions, "lists")


def _for_the_gate(function: Make, table: Table) -> None:
    consents = function("consents")
    table.let(consents, "GetItem", "BatchGetItem", "Query", "PutItem")  # what was said is only ever added to
    table.let(consents, "ConditionCheckItem")  # that the customer is still one
    table.let(consents, "UpdateItem", "DeleteItem")  # as orders: a birthday that is told is the customer's

    contact_policy = function("contact_policy")
    table.let(contact_policy, "GetItem", "PutItem")

    webhook = function("webhook")
    table.let(webhook, "GetItem", "PutItem", "DeleteItem")

    processors = function("processors")
    table.let(processors, "GetItem", "BatchGetItem", "PutItem")

    export = function("export")
    table.let(export, "GetItem", "BatchGetItem", "Query")  # it changes nothing, and its answer is kept nowhere
    table.let_list(export, "lists", "owners")

    preferences = function("preferences")
    table.let(preferences, "GetItem", "BatchGetItem", "Query", "PutItem", "ConditionCheckItem")  # a no is a word, too
    table.let(preferences, "UpdateItem", "DeleteItem")  # as consents

    templates = function("message_templates")
    table.let(templates, "GetItem", "BatchGetItem", "PutItem", "DeleteItem")
    table.let_list(templates, "lists")


def _for_the_brand(function: Make, table: Table, sender: Sender) -> None:
    brand = function("brand", more={"SENDER": sender.address})  # mails leave in the name of its domain alone
    table.let(brand, "GetItem", "PutItem")


def _for_callers(function: Make, table: Table) -> None:
    oauth = function("oauth")
    table.let(oauth, "GetItem", "PutItem", "DeleteItem")  # a token, told and ended

    function("unknown")  # says 404 or 405, for which it needs nothing


def _of_the_ledger(function: Make, table: Table) -> None:
    respond = function("respond")
    _let_withdraw(table, respond)  # and the response itself, with its publication

    deliveries = function("deliveries")
    table.let(deliveries, "GetItem", "BatchGetItem", "Query")  # what somebody had allowed when they were written to
    table.let_list(deliveries, "lists", "owners")


def _behind_the_queue(function: Make, table: Table, actions: Actions) -> None:
    generate = function("generate", timeout=LONGEST_WORK)
    table.let(generate, "GetItem", "BatchGetItem", "Query")  # which draws are taken; the holds of a code that goes
    table.let_list(generate, "pools")
    table.let(generate, "PutItem", "UpdateItem", "DeleteItem")
    actions.worked_by(generate, at_once=AT_ONCE)
    actions.let_send(generate)  # what one run cannot finish, the next carries on


def _behind_the_stream(scope: Construct, function: Make, table: Table) -> Facts:
    facts = function("facts", timeout=LONGEST_COUNT)
    table.let(facts, "GetItem", "UpdateItem")  # how far it has counted; the counters
    return Facts(scope, "Stream", table=table, reader=facts)


def _behind_customers(scope: Construct, function: Make, table: Table, bus: Bus) -> CustomerChanges:
    follow_up = function("follow_up", timeout=LONGEST_LOOK, more={"BUS_NAME": bus.event_bus_name})
    table.let(follow_up, "GetItem", "BatchGetItem", "Query")  # a customer, the segments, and which are watched
    table.let(follow_up, "UpdateItem", "DeleteItem")  # what was told of them
    _let_withdraw(table, follow_up)
    bus.let_tell(follow_up)
    return CustomerChanges(scope, "CustomerChanges", table=table, reader=follow_up)


def _let_withdraw(table: Table, function: Function) -> None:
    """A customer's deliveries and what they rest on; what becomes of them, and what their runs have come to."""
    table.let(function, "GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem")
    table.let_list(function, "owners")


def _by_the_calendar(scope: Construct, function: Make, table: Table, calendar: Calendar, post: Post) -> Ticks:
    schedules = function("schedules")
    table.let(schedules, "GetItem", "BatchGetItem", "Query")  # what it names; what became of its runs
    table.let(schedules, "PutItem", "DeleteItem", "BatchWriteItem")  # a schedule, with its place on the agenda
    table.let_list(schedules, "lists", "pools", "owners")  # who celebrates, and who lives where

    queue = {"CALENDAR_QUEUE_URL": calendar.queue.queue_url}
    tick = function("tick", timeout=LONGEST_TICK, more=queue)
    table.let(tick, "GetItem", "Query", "UpdateItem")  # where customers live; what is on the agenda; how far ticks came
    table.let_list(tick, "pools")  # whether a delivery waits
    calendar.let_send(tick)

    fan_out = function("fan_out", timeout=LONGEST_PAGE, more={**queue, "POST_QUEUE_URL": post.queue.queue_url})
    table.let(fan_out, "GetItem", "BatchGetItem", "Query")  # what is on, where customers live, who of them has moved
    table.let(fan_out, "UpdateItem")  # that somebody has moved is dealt with
    table.let_list(fan_out, "pools", "owners")  # who celebrates, and who lives there
    calendar.worked_by(fan_out, at_once=PAGES_AT_ONCE)
    calendar.let_send(fan_out)  # what one run cannot finish, the next carries on
    post.let_send(fan_out)

    return Ticks(scope, "Ticks", tick=tick)


def _on_demand(function: Make, table: Table, post: Post, sender: Sender) -> Function:
    told = {"SENDER": sender.address, "CONFIGURATION_SET": sender.rules.configuration_set_name}
    send = function("send", more={**told, **post.rates})
    table.let(send, "GetItem", "BatchGetItem", "PutItem", "UpdateItem")
    table.let(send, "ConditionCheckItem")  # as deliver
    table.let_list(send, "pools")
    sender.let_send(send)
    return send


def _into_the_post(function: Make, table: Table, post: Post, sender: Sender, *, public_url: str) -> None:
    rules = sender.rules.configuration_set_name
    told = {"SENDER": sender.address, "CONFIGURATION_SET": rules, "PUBLIC_URL": public_url, **post.rates}
    deliver = function("deliver", timeout=LONGEST_ROUND, more=told)
    table.let(deliver, "GetItem", "BatchGetItem", "PutItem", "UpdateItem")
    table.let(deliver, "ConditionCheckItem")  # the verdict rests on what it was given over
    table.let_list(deliver, "pools")  # a free code of the campaign
    post.worked_by(deliver, at_once=post.carriers)
    sender.let_send(deliver)


def _out_of_the_post(function: Make, table: Table, feedback: Feedback) -> None:
    reader = function("feedback", timeout=LONGEST_READ, more={"FEEDBACK_QUEUE_URL": feedback.queue.queue_url})
    table.let(reader, "GetItem", "BatchGetItem")  # a delivery, its customer, and what they have said
    table.let(reader, "PutItem", "UpdateItem", "DeleteItem")  # a word, what the ledger knows; a stop, and its end
    table.let(reader, "ConditionCheckItem")  # that the customer is still one
    feedback.worked_by(reader, at_once=READERS)
    feedback.let_send(reader)  # what one run cannot finish, the next carries on
    feedback.let_read_opt_outs(reader)
