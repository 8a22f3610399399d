"""The layer of other people's packages, pinned to the last one in ``requirements/layer.txt``."""

import shutil
import subprocess
import sys
from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.machine import ARCHITECTURE, ROOT, RUNTIME, Machine, bundle
from infra.names import name

PINNED = ROOT / "infra" / "requirements" / "layer.txt"


class Dependencies(lambda_.LayerVersion):
    """One layer for all functions, so that a change of ours uploads a few kilobytes and not these megabytes."""

    def __init__(self, scope: Construct, id_: str) -> None:
        machine = Machine.of(scope)
        super().__init__(
            scope,
            id_,
            layer_version_name=name(scope, "dependencies"),
            description="The packages that Bonbon's functions stand on",
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
            code=bundle(
                lambda directory: install(directory / "python", machine),
                made_of=PINNED.read_bytes(),
                machine=machine,
                lives_in="/opt",
            ),
        )
        if not machine.compiler():
            print(
                f"There is no Python {machine.python} here to compile with, so the zips go up without bytecode. "
                "They work as well, but each cold start compiles what it imports.",
                file=sys.stderr,
            )


def install(directory: Path, machine: Machine) -> None:
    """Unpack the wheels for a machine, whatever machine this is; nothing that is not pinned comes with them."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
            *("--only-binary=:all:", "--no-deps", "--no-compile"),
            *machine.wheels,
            *("--target", str(directory), "--requirement", str(PINNED)),
        ],
        check=True,
    )
    # Commands that nobody calls there; their first line would name this machine's Python.
    shutil.rmtree(directory / "bin", ignore_errors=True)
