"""The layers of other people's packages, pinned to the last one in ``requirements/``."""

import shutil
import subprocess
import sys
from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.machine import ARCHITECTURE, ROOT, RUNTIME, Machine, bundle
from infra.names import name

REQUIREMENTS = ROOT / "infra" / "requirements"
PINNED = REQUIREMENTS / "layer.txt"
"""What every function stands on."""

PINNED_FOR_THE_POST = REQUIREMENTS / "post.txt"
"""What only those stand on that know the calendar or write messages; a checkout should not carry it."""

WITH_THE_POST = (
    *("schedules", "tick", "fan_out", "deliver", "send", "respond", "follow_up"),
    *("deliveries", "message_templates", "preferences"),
)

NEVER_OPENED = ("bin", "babel/locale-data", "pytz/zoneinfo")
"""Commands that nobody calls there, and whose first line would name this machine's Python; and 30 MB that only a filter
of Liquid would open which no template has. The time zones are tzdata's."""


class Dependencies(lambda_.LayerVersion):
    """A layer for many functions, so that a change of ours uploads a few kilobytes and not these megabytes."""

    def __init__(self, scope: Construct, id_: str, *, pinned: Path, what: str, description: str) -> None:
        machine = Machine.of(scope)
        super().__init__(
            scope,
            id_,
            layer_version_name=name(scope, what),
            description=description,
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
            code=bundle(
                lambda directory: install(directory / "python", machine, pinned),
                made_of=pinned.read_bytes(),
                machine=machine,
                lives_in="/opt",
            ),
        )


class Layers:
    """Which layers a function has, by its word."""

    def __init__(self, scope: Construct) -> None:
        self._for_all = Dependencies(
            scope,
            "Dependencies",
            pinned=PINNED,
            what="dependencies",
            description="The packages that Bonbon's functions stand on",
        )
        self._for_the_post = Dependencies(
            scope,
            "PostDependencies",
            pinned=PINNED_FOR_THE_POST,
            what="post-dependencies",
            description="The packages by which Bonbon knows holidays and writes messages",
        )
        machine = Machine.of(scope)
        if not machine.compiler():
            print(
                f"There is no Python {machine.python} here to compile with, so the zips go up without bytecode. "
                "They work as well, but each cold start compiles what it imports.",
                file=sys.stderr,
            )

    def of(self, word: str) -> list[lambda_.ILayerVersion]:
        return [self._for_all, self._for_the_post] if word in WITH_THE_POST else [self._for_all]


def install(directory: Path, machine: Machine, pinned: Path) -> None:
    """Unpack the wheels for a machine, whatever machine this is; nothing that is not pinned comes with them."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
            *("--only-binary=:all:", "--no-deps", "--no-compile"),
            *machine.wheels,
            *("--target", str(directory), "--requirement", str(pinned)),
        ],
        check=True,
    )
    for folder in NEVER_OPENED:
        shutil.rmtree(directory / folder, ignore_errors=True)
