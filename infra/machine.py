"""What goes up in a zip: made for the machine that will run it, without Docker."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, ILocalBundling
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

ROOT = Path(__file__).parents[1]

RUNTIME = lambda_.Runtime.PYTHON_3_14
"""The newest for which every package of the layer has a wheel."""

ARCHITECTURE = lambda_.Architecture.ARM_64
"""A second costs a fifth less than on x86."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A Python and the wheels that it can load."""

    python: str
    wheels: tuple[str, ...]
    """Options that make pip choose wheels for that machine and not for this one."""

    @classmethod
    def of(cls, scope: Construct) -> "Machine":
        """Lambda; with ``-c machine=here`` this one, which runs the functions of a local deployment."""
        return HERE if scope.node.try_get_context("machine") == "here" else LAMBDA

    def compiler(self) -> str | None:
        """A Python of the same minor version on this machine, if there is one: no other's bytecode can be used."""
        for candidate in (sys.executable, shutil.which(f"python{self.python}")):
            if candidate and _version(candidate) == self.python:
                return candidate
        return None


def _version(python: str) -> str:
    command = [python, "-c", "import sys; print('{}.{}'.format(*sys.version_info))"]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()


LAMBDA = Machine(
    RUNTIME.name.removeprefix("python"),
    (
        "--implementation=cp",
        f"--python-version={RUNTIME.name.removeprefix('python')}",
        # Lambda's Linux has glibc 2.34; some wheels ask for the one of 2.17, others for 2.28.
        "--platform=manylinux2014_aarch64",
        "--platform=manylinux_2_28_aarch64",
    ),
)
HERE = Machine("{}.{}".format(*sys.version_info), ())


@jsii.implements(ILocalBundling)
class _Local:
    """Fills a directory by a function of ours. What is documented is not what is called (aws-cdk issue 38321)."""

    def __init__(self, fill: Callable[[Path], None]) -> None:
        self._fill = fill

    def try_bundle(self, output_dir: str, _options: BundlingOptions) -> bool:
        self._fill(Path(output_dir))
        return True


def bundle(fill: Callable[[Path], None], *, made_of: bytes, machine: Machine, lives_in: str) -> lambda_.Code:
    """What ``fill`` puts into a directory, with bytecode where this machine can make it.

    Lambda cannot keep bytecode that it makes itself, so what is missing here is compiled anew at every cold start.
    """
    compiler = machine.compiler()

    def fill_and_compile(directory: Path) -> None:
        fill(directory)
        if compiler:
            compile_all(directory, compiler, lives_in)

    parts = (made_of, repr(machine).encode(), b"compiled" if compiler else b"")
    return lambda_.Code.from_asset(
        str(ROOT / "infra" / "requirements"),
        asset_hash_type=AssetHashType.CUSTOM,
        asset_hash=hashlib.sha256(b"\0".join(parts)).hexdigest(),
        bundling=BundlingOptions(
            image=RUNTIME.bundling_image,  # never pulled: what we do ourselves needs no Docker
            local=_Local(fill_and_compile),  # type: ignore[arg-type]  # jsii implements the protocol at run time
        ),
    )


def compile_all(directory: Path, compiler: str, lives_in: str) -> None:
    """Bytecode beside each module, which is believed without looking at the source, and names the path up there.

    A module that does not compile, as a package may have one for another Python, stays as it is.
    """
    subprocess.run(
        [
            compiler,
            *("-m", "compileall", "-q"),
            *("--invalidation-mode", "unchecked-hash"),
            *("-s", str(directory), "-p", lives_in),
            str(directory),
        ],
        check=False,
    )
