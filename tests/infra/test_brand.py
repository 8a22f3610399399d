"""The brand's function knows whose domain is proven."""

from aws_cdk.assertions import Template

from tests.infra.test_calendar import SENDER, template

__all__ = ["template"]


def test_a_brand_is_held_against_the_deployments_sender(template: Template) -> None:
    told = template.find_resources("AWS::Lambda::Function").values()
    [its] = (it["Properties"] for it in told if it["Properties"]["Handler"] == "functions.brand.handler")
    assert its["Environment"]["Variables"]["SENDER"] == SENDER
