"""What a person meets in the console."""

from aws_cdk import Stack
from constructs import Construct


def name(scope: Construct, *words: str) -> str:
    """``bonbon-roll-back`` in the stack ``Bonbon``; a stack of another name lives beside it in one account."""
    return "-".join((Stack.of(scope).stack_name, *words)).replace("_", "-").lower()
