"""Whatever Node a machine has, or none: these tests use the wheel's, as `cdk deploy` does."""

from infra import node

node.prefer_the_wheel()
