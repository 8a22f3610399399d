"""Who is under which rule, when several say so at once: nothing is lost, nothing is there twice."""

import pytest

from shared.domain.assignments import MOST, NO_RULES, Assignment, Target, Under, assigned, released
from shared.domain.errors import Busy, Conflict, Duplicate, NotFound, PromotionError
from shared.usecases.rules import MOST_RELEASED, change_rule
from shared.usecases.vouchers import delete_voucher
from tests.fakes import Overtaken
from tests.unit import ruling
from tests.unit.ruling import assign, count, keep
from tests.unit.till import Till
from tests.unit.values import AT, DAY, MILLISECOND, PROJECT, voucher


def under(till: Till, code: str = "MUG") -> list[str]:
    return [it.rule_id for it in till.find(code).assignments]


# The decision


def test_a_thing_is_under_each_rule_once_and_under_so_many_at_most() -> None:
    thing = voucher()
    for number in range(MOST):
        new = Assignment.of(PROJECT, f"val_{number}", "voucher", thing.id, AT)
        thing = assigned(thing, new)
        with pytest.raises(Duplicate):
            assigned(thing, new)
    assert [it.rule_id for it in thing.assignments] == [f"val_{number}" for number in range(MOST)]
    with pytest.raises(PromotionError) as refusal:
        assigned(thing, Assignment.of(PROJECT, "val_x", "voucher", thing.id, AT))
    assert refusal.value.key == "validation_rules_limit_exceeded"
    later = Assignment.of(PROJECT, "val_0", "voucher", thing.id, AT + DAY)
    assert assigned(thing, later, again=True).assignments == (*thing.assignments[1:], later)
    assert released(thing, later).assignments == thing.assignments[1:]
    assert released(voucher(), later) == voucher()


def test_a_new_thing_is_under_the_rules_that_are_asked_for() -> None:
    thing = Under(("val_1", "val_2"), (ruling.rule("val_2"),)).put_on(voucher(), "voucher", project=PROJECT, at=AT)
    assert [(it.rule_id, it.related_object_id) for it in thing.assignments] == [
        ("val_1", thing.id),
        ("val_2", thing.id),
    ]
    assert NO_RULES.put_on(voucher(), "voucher", project=PROJECT, at=AT) == voucher()


# Who is faster


def test_two_rules_put_on_one_voucher_at_once_are_both_there(till: Till) -> None:
    keep(till), keep(till, "val_2"), till.voucher()
    late = Overtaken(till.stores.rules, lambda: assign(till, "val_2"))
    assign(till, "val_1", rules=late)
    assert under(till) == ["val_2", "val_1"]
    assert (count(till), count(till, "val_2")) == (1, 1)


def test_the_same_rule_put_on_it_at_once_is_there_once(till: Till) -> None:
    keep(till), till.voucher()
    late = Overtaken(till.stores.rules, lambda: assign(till, "val_1"))
    with pytest.raises(Duplicate):
        assign(till, "val_1", rules=late)
    assert (under(till), count(till)) == (["val_1"], 1)


def test_a_rule_that_is_deleted_meanwhile_is_put_on_nothing(till: Till) -> None:
    keep(till), till.voucher()
    late = Overtaken(till.stores.rules, lambda: ruling.delete(till))
    with pytest.raises(NotFound) as refusal:
        assign(till, "val_1", rules=late)
    assert (refusal.value.resource_type, refusal.value.resource_id) == ("validation_rule", "val_1")
    assert under(till) == []


def test_a_rule_is_deleted_with_what_came_under_it_meanwhile(till: Till) -> None:
    keep(till), till.voucher(), till.campaign()
    assign(till, "val_1")
    late = Overtaken(till.stores.rules, lambda: assign(till, "val_1", "Spring", "campaign"))
    ruling.delete(till, rules=late)
    assert (under(till), till.stores.campaigns.get("Spring").assignments) == ([], ())
    with pytest.raises(NotFound):
        count(till)


def test_a_voucher_that_is_deleted_meanwhile_is_under_nothing(till: Till) -> None:
    keep(till), till.voucher()
    late = Overtaken(till.stores.rules, lambda: delete_voucher("MUG", for_good=True, vouchers=till.stores.vouchers))
    with pytest.raises(NotFound):
        assign(till, "val_1", rules=late)
    assert count(till) == 0


@pytest.mark.parametrize("for_good", [True, False])
def test_a_voucher_is_deleted_with_a_rule_that_was_put_on_it_meanwhile(till: Till, *, for_good: bool) -> None:
    keep(till), till.voucher()
    late = Overtaken(till.stores.vouchers, lambda: assign(till, "val_1"))
    delete_voucher("MUG", for_good=for_good, vouchers=late)
    assert count(till) == 0
    till.stores.rules.remove(till.stores.rules.get("val_1"))


def test_a_change_of_the_voucher_meanwhile_is_kept(till: Till) -> None:
    keep(till), till.voucher()
    late = Overtaken(till.stores.rules, lambda: till.disable("MUG"))
    assignment = assign(till, "val_1", rules=late)
    assert (till.find("MUG").active, under(till)) == (False, ["val_1"])
    again = Overtaken(till.stores.rules, lambda: till.redeem("MUG"), lambda: till.disable("MUG"))
    ruling.release(till, assignment, rules=again)
    assert (under(till), count(till)) == ([], 0)


def test_an_assignment_ends_once(till: Till) -> None:
    keep(till), till.voucher()
    assignment = assign(till, "val_1")
    late = Overtaken(till.stores.rules, lambda: ruling.release(till, assignment))
    with pytest.raises(NotFound):
        ruling.release(till, assignment, rules=late)
    assert (under(till), count(till)) == ([], 0)


def test_a_rule_is_changed_by_both_who_change_it_at_once(till: Till) -> None:
    keep(till), till.voucher()

    def named(rules: object, **fields: str) -> None:
        change_rule("val_1", lambda it: it.model_copy(update=fields), at=AT, rules=rules)  # type: ignore[arg-type]

    named(Overtaken(till.stores.rules, lambda: named(till.stores.rules, type="basic")), name="Above $100")
    found = till.stores.rules.get("val_1")
    assert (found.name, found.type, found.updated_at) == ("Above $100", "basic", AT)
    late = Overtaken(till.stores.rules, lambda: assign(till, "val_1"))
    named(late, name="Above")
    assert count(till) == 1


def test_whose_rule_keeps_changing_is_told_to_ask_again(till: Till) -> None:
    keep(till)

    def touch() -> None:
        change_rule("val_1", lambda it: it, at=AT, rules=till.stores.rules)

    with pytest.raises(Busy):
        ruling.delete(till, rules=Overtaken(till.stores.rules, *[touch] * 12))
    assert till.stores.rules.get("val_1").version == 13


def test_a_rule_with_more_under_it_than_one_transaction_holds_is_kept(till: Till) -> None:
    keep(till)
    for number in range(MOST_RELEASED + 1):
        till.voucher(f"MUG-{number}")
        assign(till, "val_1", f"MUG-{number}")
    before = till.stores.everything()
    with pytest.raises(Conflict) as refusal:
        ruling.delete(till)
    assert refusal.value.key == "validation_rule_assigned"
    assert till.stores.everything() == before
    ruling.release(till, till.find("MUG-0").assignments[0])
    ruling.delete(till)
    assert {*map(len, (under(till, f"MUG-{number}") for number in range(MOST_RELEASED + 1)))} == {0}


def test_an_assignment_made_again_says_when(till: Till) -> None:
    keep(till), till.voucher()
    first = assign(till, "val_1")
    again = assign(till, "val_1", again=True, at=AT + MILLISECOND)
    assert (again.id, again.created_at, count(till)) == (first.id, AT + MILLISECOND, 1)
    assert till.find("MUG").assignments == (again,)


def test_nothing_is_put_under_a_rule_by_a_name_that_nobody_has(till: Till) -> None:
    keep(till), till.campaign()
    before = till.stores.everything()
    for target in (Target("voucher", "Spring"), Target("campaign", "MUG")):
        with pytest.raises(NotFound):
            assign(till, "val_1", target.name, target.type)
    assert till.stores.everything() == before
