"""``cdk deploy`` starts here."""

from infra import node

node.prefer_the_wheel()

from aws_cdk import App  # noqa: E402 - Node starts while it is imported

from infra.stack import Bonbon  # noqa: E402

app = App()
Bonbon(app, "Bonbon", description="Bonbon, a promotion engine: issue, validate and redeem, each code exactly once.")
app.synth()
