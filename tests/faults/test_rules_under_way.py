"""Rules that come and go while offers are made under them: none is under a rule that is gone, none is counted wrong."""

from typing import Any

from tests.builders import Shop, at_once, fresh, ok, voucher_body

ABOVE_100 = {"1": {"name": "order.amount", "conditions": {"$more_than": [10_000]}}}


def made(shop: Shop) -> str:
    return str(ok(shop.ask("POST", "validation-rules", {"rules": ABOVE_100}))["id"])


def carried(of: dict[str, Any]) -> list[str]:
    return [it["rule_id"] for it in of["validation_rules_assignments"]["data"]]


def test_vouchers_made_at_once_under_one_rule_are_all_counted(shop: Shop) -> None:
    id_ = made(shop)
    answers = at_once(
        lambda _: shop.ask("POST", "vouchers", voucher_body(validation_rules=[id_])), range(48), clients=16
    )
    assert [it.status_code for it in answers] == [200] * 48
    assert shop.get(f"validation-rules/{id_}")["assignments_count"] == 48
    assert shop.get(f"validation-rules/{id_}/assignments")["total"] == 48


def test_what_is_made_and_assigned_while_its_rule_is_deleted_is_under_it_never_or_no_longer(shop: Shop) -> None:
    for _ in range(3):
        id_, codes, new = made(shop), [shop.code() for _ in range(5)], [fresh() for _ in range(5)]
        asks = [
            *(("POST", f"validation-rules/{id_}/assignments", {"voucher": code}) for code in codes),
            *(("POST", f"vouchers/{code}", voucher_body(validation_rules=[id_])) for code in new),
            ("DELETE", f"validation-rules/{id_}", None),
        ]
        answers = at_once(lambda ask: shop.ask(*ask), asks)
        assert {it.status_code for it in answers[:5]} <= {200, 404}
        assert {it.status_code for it in answers[5:10]} <= {200, 400}
        assert answers[-1].status_code == 204
        for code, answer in zip([*codes, *new], answers, strict=False):
            if code in codes or answer.status_code == 200:
                assert carried(shop.get(f"vouchers/{code}")) == []
            else:
                assert shop.ask("GET", f"vouchers/{code}").status_code == 404
        assert shop.get("validation-rules-assignments", rule=id_)["total"] == 0


def test_a_voucher_that_is_deleted_while_it_is_assigned_leaves_nothing(shop: Shop) -> None:
    id_ = made(shop)
    for force in ("true", "false") * 3:
        code = shop.code()
        assign = ("POST", f"validation-rules/{id_}/assignments", {"voucher": code})
        asks = [assign, assign, ("DELETE", f"vouchers/{code}?force={force}", None)]
        answers = at_once(lambda ask: shop.ask(*ask), asks)
        assert answers[-1].status_code == 204
        assert {it.status_code for it in answers[:2]} <= {200, 404, 409}
    assert shop.get(f"validation-rules/{id_}")["assignments_count"] == 0
    assert shop.get("validation-rules-assignments", rule=id_)["data"] == []
    assert shop.ask("DELETE", f"validation-rules/{id_}").status_code == 204
