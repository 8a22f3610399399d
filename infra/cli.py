"""The ``bonbon`` command: serve locally; make and revoke keys."""

import argparse
from pathlib import Path

CURL = "curl -H X-App-Id:sandbox -H X-App-Token:sandbox-secret"
WELCOME = """
  sandbox key   X-App-Id: sandbox   X-App-Token: sandbox-secret      (Ctrl-C stops)

  {curl} {url}/v1/vouchers/HELLO -d '{{"discount":{{"type":"AMOUNT","amount_off":500}},"redemption":{{"quantity":1}}}}'
  {curl} {url}/v1/validations -d '{{"redeemables":[{{"id":"HELLO"}}],"order":{{"amount":10000}}}}'
  {curl} {url}/v1/redemptions -d '{{"redeemables":[{{"id":"HELLO"}}],"order":{{"amount":10000}}}}'
"""


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="bonbon", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="the whole service on this machine, on 127.0.0.1")
    serving.add_argument("--port", type=int, default=8080)
    serving.add_argument("--data", type=Path, default=Path(".bonbon"), help="where its state is kept (.bonbon)")
    serving.add_argument("--welcome", action="store_true", help="say how to try it")
    keys = commands.add_parser("keys", help="make or revoke key pairs in a deployed table")
    keys.add_argument("action", choices=("create", "revoke"))
    keys.add_argument("--table", required=True, help="the stack's output TableName")
    keys.add_argument("--project", default="proj_production")
    keys.add_argument("--side", choices=("server", "client", "management"), default="server")
    keys.add_argument("--app-id", default="", help="the key pair to revoke")
    arguments = parser.parse_args()
    if arguments.command == "serve":
        from infra.local.serve import serve

        url = f"http://127.0.0.1:{arguments.port}"
        serve(arguments.port, arguments.data, extra=WELCOME.format(url=url, curl=CURL) if arguments.welcome else "")
    else:
        _keys(arguments)


def _keys(arguments: argparse.Namespace) -> None:
    import boto3

    from shared.storage.access_keys import AccessKeyStore
    from shared.storage.table import Table

    store = AccessKeyStore(Table(boto3.client("dynamodb"), arguments.table))
    if arguments.action == "create":
        key, token = store.add(arguments.project, arguments.side)
        print(f"X-App-Id:    {key.app_id}\nX-App-Token: {token}\nThe token is shown once; only its hash is kept.")
    elif arguments.app_id:
        store.revoke(arguments.app_id)
        print(f"{arguments.app_id} is revoked; a Lambda that is warm forgets it within a minute.")
    else:
        raise SystemExit("bonbon keys revoke: --app-id is missing")
