"""The brand's function knows whose domain is proven."""

from tests.infra.test_stack import synthesised


def test_a_brand_is_held_against_the_deployments_sender() -> None:
    told = synthesised(sender="Shop <offers@example.com>").find_resources("AWS::Lambda::Function").values()
    [its] = (it["Properties"] for it in told if it["Properties"]["Handler"] == "functions.brand.handler")
    assert its["Environment"]["Variables"]["SENDER"] == "Shop <offers@example.com>"
