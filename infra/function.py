"""The one way to make a Lambda here."""

import ast
import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.machine import ARCHITECTURE, ROOT, RUNTIME, Machine, bundle
from infra.names import name

DEPLOYED = ("functions", "shared")

LONGEST_REQUEST = Duration.seconds(20)
"""Time to be judged anew often enough to be told to ask again; the API itself gives up after 30 s."""

MEMORY = 1024
"""Megabytes, and with them the share of a core: 1,769 make a whole one."""


class Function(lambda_.Function):
    """The function whose handler is ``functions/{word}.py``. It may write its own log, and nothing more until told.

    Not traced: X-Ray's library costs a cold start as much as the whole of boto3, and its permission has no resource
    to be bound to; how long an invocation and its start took is in the log's report lines. No SnapStart: it is paid
    by the hour for each function, used or not.
    """

    def __init__(
        self,
        scope: Construct,
        word: str,
        *,
        code: lambda_.Code,
        layers: Sequence[lambda_.ILayerVersion],
        environment: Mapping[str, str],
        more: Mapping[str, str] = MappingProxyType({}),
        timeout: Duration = LONGEST_REQUEST,
    ) -> None:
        self.word = word
        title = word.title().replace("_", "")
        physical = name(scope, word)
        log = logs.LogGroup(
            scope,
            f"{title}Log",
            log_group_name=f"/aws/lambda/{physical}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,  # a log ends by itself; it must not stand in a new stack's way
        )
        # Its own role: the one that comes by default may write to every log of the account.
        role = iam.Role(scope, f"{title}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant_write(role)
        super().__init__(
            scope,
            title,
            function_name=physical,
            description=purpose(word),
            handler=f"functions.{word}.handler",
            code=code,
            layers=layers,
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            memory_size=MEMORY,
            timeout=timeout,
            role=role,
            log_group=log,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel.INFO,
            environment={"POWERTOOLS_SERVICE_NAME": word, **environment, **more},
        )


def purpose(word: str) -> str:
    """The first sentence of the function's module, which is read and never imported."""
    source = (ROOT / "functions" / f"{word}.py").read_text()
    docstring = ast.get_docstring(ast.parse(source)) or word
    return " ".join(docstring.partition("\n\n")[0].split())[:256]


def source_code(scope: Construct) -> lambda_.Code:
    """Our own code as every function ships it, so that it is uploaded once: the repository narrowed to two folders."""
    made_of = hashlib.sha256()
    for path in deployed():
        made_of.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return bundle(copy, made_of=made_of.digest(), machine=Machine.of(scope), lives_in="/var/task")


def deployed() -> Iterator[Path]:
    """Every file that goes up: neither bytecode of this machine nor what is written for readers."""
    for folder in DEPLOYED:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix != ".md" and "__pycache__" not in path.parts:
                yield path


def copy(directory: Path) -> None:
    """Lay those files into a directory, each where it stands in the repository."""
    for path in deployed():
        target = directory / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
