"""The ``bonbon`` command: serve locally; make, list and revoke keys; settle a project; redrive what failed."""

import argparse
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from infra.redrive import OUTPUTS
from shared.domain.origins import origin_of

if TYPE_CHECKING:
    from shared.storage.access_keys import AccessKeyStore

CURL = "curl -H X-App-Id:sandbox -H X-App-Token:sandbox-secret"
WELCOME = """
  sandbox key   X-App-Id: sandbox   X-App-Token: sandbox-secret      (Ctrl-C stops)

  {curl} {url}/v1/vouchers/HELLO -d '{{"discount":{{"type":"AMOUNT","amount_off":500}},"redemption":{{"quantity":1}}}}'
  {curl} {url}/v1/validations -d '{{"redeemables":[{{"id":"HELLO"}}],"order":{{"amount":10000}}}}'
  {curl} {url}/v1/redemptions -d '{{"redeemables":[{{"id":"HELLO"}}],"order":{{"amount":10000}}}}'
"""

HEADERS = {
    "server": ("X-App-Id", "X-App-Token"),
    "client": ("X-Client-Application-Id", "X-Client-Token"),
    "management": ("X-Management-Id", "X-Management-Token"),
}
"""What the two halves of a key pair are called when they are sent."""


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="bonbon", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="the whole service on this machine, on 127.0.0.1")
    serving.add_argument("--port", type=int, default=8080)
    serving.add_argument("--data", type=Path, default=Path(".bonbon"), help="where its state is kept (.bonbon)")
    serving.add_argument("--welcome", action="store_true", help="say how to try it")
    keys = commands.add_parser("keys", help="make, list or revoke key pairs in a deployed table")
    keys.add_argument("action", choices=("create", "list", "revoke"))
    keys.add_argument("--table", required=True, help="the stack's output TableName")
    keys.add_argument("--project", default="proj_production")
    keys.add_argument("--side", choices=("server", "client", "management"), default="server")
    keys.add_argument(
        "--origin", type=origin_of, action="append", default=[], help="of a client's key: a site whose pages may use it"
    )
    keys.add_argument("--client-refusals", choices=("alike", "detailed"), default="alike", help="of a client's key")
    keys.add_argument("--app-id", default="", help="the key pair to revoke")
    settling = commands.add_parser("project", help="show what a project has settled, or settle it")
    settling.add_argument("--table", required=True, help="the stack's output TableName")
    settling.add_argument("--project", default="proj_production")
    settling.add_argument("--time-zone", help="where validity hours and days are read, as Europe/Dublin")
    settling.add_argument(
        "--stacking", type=Path, help="a JSON file of stacking rules; what it leaves out is the default"
    )
    redriving = commands.add_parser("redrive", help="give what failed for good another turn")
    redriving.add_argument("--stack", default="Bonbon", help="whose queues, by its outputs (Bonbon)")
    redriving.add_argument("--queue", choices=tuple(OUTPUTS), help="of the stack; all of them if this is left out")
    redriving.add_argument("--dead-letters-url", help="instead of the stack: one of its outputs …DeadLetterQueueUrl")
    redriving.add_argument("--queue-url", help="where to; the queue that they came from if this is left out")
    arguments = parser.parse_args()
    if arguments.command == "serve":
        from infra.local.serve import serve

        url = f"http://127.0.0.1:{arguments.port}"
        serve(arguments.port, arguments.data, extra=WELCOME.format(url=url, curl=CURL) if arguments.welcome else "")
    elif arguments.command == "redrive":
        _redrive(arguments)
    elif arguments.command == "project":
        _project(arguments)
    else:
        _keys(arguments)


def _project(arguments: argparse.Namespace) -> None:
    """Settle what is said, and show what then holds; warm Lambdas obey within seconds."""
    import boto3

    from shared.domain.errors import InvalidPayload
    from shared.storage.projects import ProjectStore
    from shared.storage.table import Table
    from shared.wire.body import body_of, read
    from shared.wire.projects import StackingBody

    store = ProjectStore(Table(boto3.client("dynamodb"), arguments.table), arguments.project)
    project = store.get()
    try:
        if arguments.time_zone:
            project = project._replace(time_zone=ZoneInfo(arguments.time_zone).key)
        if arguments.stacking:
            rules = read(StackingBody, body_of(arguments.stacking.read_bytes())).rules()
            project = project._replace(stacking=rules)
    except InvalidPayload as error:
        raise SystemExit(f"bonbon project: {error.details}") from None
    except (ZoneInfoNotFoundError, ValueError):
        raise SystemExit(f"bonbon project: there is no time zone {arguments.time_zone}") from None
    if arguments.time_zone or arguments.stacking:
        store.save(project)
    print(json.dumps({"time_zone": project.time_zone, "stacking_rules": project.stacking._asdict()}, indent=2))


def _redrive(arguments: argparse.Namespace) -> None:
    import boto3

    from infra.redrive import Queues, of_stack, redrive

    if arguments.dead_letters_url:
        redrive(boto3.client("sqs"), Queues(arguments.dead_letters_url, arguments.queue_url))
        return
    wanted = [arguments.queue] if arguments.queue else OUTPUTS
    for what, queues in of_stack(boto3.client("cloudformation"), arguments.stack, wanted).items():
        redrive(boto3.client("sqs"), queues, tell=partial(print, f"{what}:"))


def _keys(arguments: argparse.Namespace) -> None:
    import boto3

    from shared.storage.access_keys import AccessKeyStore
    from shared.storage.table import Table

    store = AccessKeyStore(Table(boto3.client("dynamodb"), arguments.table))
    match arguments.action:
        case "create":
            _create(arguments, store)
        case "list":
            for key in store.of(arguments.project):
                print(f"{key.app_id}  {key.side:10}  {key.created_at}  {' '.join(key.origins)}".rstrip())
        case "revoke" if arguments.app_id:
            store.revoke(arguments.app_id)
            print(f"{arguments.app_id} is revoked, and its tokens; a Lambda that is warm forgets it within a minute.")
        case _:
            raise SystemExit("bonbon keys revoke: --app-id is missing")


def _create(arguments: argparse.Namespace, store: "AccessKeyStore") -> None:
    client = arguments.side == "client"
    if client and not arguments.origin:
        raise SystemExit("bonbon keys create: a client's key needs --origin, the site whose pages may use it")
    if not client and (arguments.origin or arguments.client_refusals != "alike"):
        raise SystemExit("bonbon keys create: --origin and --client-refusals are of a client's key")
    key, token = store.add(
        arguments.project,
        arguments.side,
        at=datetime.now(UTC),  # noqa: TID251 - a command has no gateway to be told the time by
        origins=arguments.origin,
        detailed=arguments.client_refusals == "detailed",
    )
    for name, value in zip(HEADERS[arguments.side], (key.app_id, token), strict=True):
        print(f"{name + ':':25}{value}")
    print("The token is shown once; only its hash is kept.")
