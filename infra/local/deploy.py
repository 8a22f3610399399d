"""``make deploy-local``: the stack of ``cdk deploy``, on this machine and without an account.

MiniStack takes the place of AWS: the same app, the same toolkit, API Gateway, Lambda, SQS and DynamoDB, with the
permissions of each function enforced. The functions run on this machine's Python, so the layer holds its wheels.

    with deployed() as deployment:
        httpx.post(f"{deployment.url}/v1/validations", headers=SANDBOX, json={...})
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import boto3

from infra import node
from infra.local import engine
from infra.local.clock import Clock
from infra.local.serve import add_keys
from infra.local.service import free_port
from shared.storage.access_keys import AccessKeyStore
from shared.storage.table import Table

ROOT = Path(__file__).parents[2]
ACCOUNT = "000000000000"
REGION = engine.CREDENTIALS["AWS_REGION"]
STACK = "Bonbon"
HOW_TO_TRY = """
ready {url}

  curl -s '{url}/v1/vouchers' -H 'X-App-Id: sandbox' -H 'X-App-Token: sandbox-secret'
"""
SENDER = "offers@example.com"
OTHERWISE_NAMED = {"tick": "sqs:SendMessageBatch", "fan-out": "sqs:SendMessageBatch", "deliver": "ses:SendEmail"}
"""For messages sent together this engine wants a permission that AWS does not know; and of a mail it does not see in
whose identity it leaves."""
ASSEMBLY = ROOT / "cdk.out" / "here"
"""Kept from run to run, with the layer in it, which takes the longest to make."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The stack as it stands: where its API answers, and what it says of itself."""

    url: str
    endpoint: str
    outputs: dict[str, str]
    table: Table


@contextmanager
def deployed(port: int | None = None, *, quiet: bool = True) -> Iterator[Deployment]:
    """An engine with the stack on it and the sandbox's keys in its table, gone when the block is left.

    Raises ``RuntimeError`` with what the toolkit said if it fails.
    """
    with engine.running(port or free_port(), AUTH="true") as endpoint, TemporaryDirectory(prefix="bonbon-") as scratch:
        aws = boto3.Session(
            engine.CREDENTIALS["AWS_ACCESS_KEY_ID"],
            engine.CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )
        toolkit = Toolkit(endpoint, Path(scratch), quiet=quiet)
        toolkit.run("bootstrap", f"aws://{ACCOUNT}/{REGION}", "--app", "")
        # The toolkit's bucket refuses plain HTTP, which is all that this engine speaks.
        bucket = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
        aws.client("s3", endpoint_url=endpoint).delete_bucket_policy(Bucket=bucket)
        aws.client("sesv2", endpoint_url=endpoint).create_email_identity(EmailIdentity=SENDER)
        outputs = toolkit.deploy()
        allow(aws, endpoint)
        table = Table(aws.client("dynamodb", endpoint_url=endpoint), outputs["TableName"])
        add_keys(AccessKeyStore(table), at=Clock().now())
        api = urlsplit(outputs["ApiUrl"]).netloc.partition(".")[0]
        yield Deployment(f"{endpoint}/_aws/execute-api/{api}/$default", endpoint, outputs, table)


def allow(aws: boto3.Session, endpoint: str) -> None:
    """Allow what the stack allows, in the words of this engine."""
    functions, roles = (aws.client(service, endpoint_url=endpoint) for service in ("lambda", "iam"))
    for function, action in OTHERWISE_NAMED.items():
        role = functions.get_function(FunctionName=f"{STACK.lower()}-{function}")["Configuration"]["Role"]
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        roles.put_role_policy(
            RoleName=role.rpartition("/")[2],
            PolicyName="here",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )


class Toolkit:
    """The CDK's command line, pointed at an engine; no AWS setting of the caller's gets through to it."""

    def __init__(self, endpoint: str, scratch: Path, *, quiet: bool) -> None:
        self._scratch = scratch
        self._quiet = quiet
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            **engine.CREDENTIALS,
            "AWS_ENDPOINT_URL": endpoint,
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": REGION,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "1",
        }

    def deploy(self) -> dict[str, str]:
        """Deploy the stack; tells its outputs."""
        outputs = self._scratch / "outputs.json"
        self.run(
            "deploy",
            *("--app", f"{sys.executable} -m infra.app"),
            *("--context", "machine=here"),
            *("--context", f"sender={SENDER}", "--context", "sender_identity=existing"),
            *("--output", str(ASSEMBLY)),
            *("--outputs-file", str(outputs)),
            *("--require-approval", "never"),
            *("--progress", "events"),
        )
        said: dict[str, str] = json.loads(outputs.read_text())[STACK]
        return said

    def run(self, *words: str) -> None:
        command = [node.binary(), node.toolkit(), *words, "--ci", "--no-notices"]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if self._quiet else None,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"cdk {words[0]} failed\n{done.stdout or ''}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Deploy the stack onto this machine and keep it until Ctrl-C.")
    parser.add_argument("--port", type=int, help="of the engine; a free one by default")
    parser.add_argument("--once", action="store_true", help="only show that the stack deploys, then take it down")
    said = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with deployed(said.port, quiet=False) as deployment:
            print(HOW_TO_TRY.format(url=deployment.url), flush=True)
            if not said.once:
                signal.pause()
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
