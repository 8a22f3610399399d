"""What the store of rules promises, kept by the table and by its fake: a thing is under a rule whole, or not at all."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from shared.domain.assignments import Assignment, Under, assigned, released
from shared.domain.errors import Duplicate, InvalidPayload, Moved, NotFound
from shared.domain.filters import Condition, Filter
from shared.domain.lists import Listed, Ordering, Query
from shared.domain.rules.compiled import Compiled
from shared.domain.rules.model import ValidationRule
from shared.domain.vouchers import Made
from shared.storage.batch import Batch
from shared.storage.rules import RuleStore
from shared.storage.shelf import Shelf
from shared.storage.table import Table
from tests.storage.wire import Wire
from tests.unit.ruling import ABOVE_100, assign, count, keep, rule
from tests.unit.till import Till
from tests.unit.values import AT, DAY, campaign, code_of, voucher

TAKEN = Duplicate("voucher", "MUG")


def refused(till: Till, commit: Callable[[], object], error: type[Exception] = Moved) -> Exception:
    """A commit that fails and writes nothing."""
    before = till.stores.everything()
    with pytest.raises(error) as refusal:
        commit()
    assert till.stores.everything() == before
    return refusal.value


def of(path: str, *values: str) -> Query:
    return Query(AT, (Filter((Condition(path, "in", values),)),))


def listed(till: Till, query: Query) -> list[str]:
    """The things that assignments name, as a list tells them."""
    found: Listed[Assignment] = till.stores.rules.wanted_assignments(query)
    assert found.total == len(found.things)
    return [it.related_object_id for it in found.things]


# Rules


@pytest.mark.parametrize(
    "made",
    [
        rule(),
        rule(
            name="Über 100 €",
            type="advanced",
            context_type="campaign.promotion",
            rules={**ABOVE_100, "2": {"name": "product.id", "conditions": {"$is": [{"id": "prod_1"}]}}},
            bundle_rules=ABOVE_100,
            error={"message": "Mehr!"},
            applicable_to={"included": [{"object": "sku", "id": "sku_1"}]},
            updated_at=AT + DAY,
        ),
    ],
)
def test_a_rule_is_kept_as_it_was_made(till: Till, made: ValidationRule) -> None:
    till.stores.rules.add(made)
    assert till.stores.rules.get(made.id) == made
    with pytest.raises(NotFound):
        till.stores.rules.get("val_2")


def test_a_rule_is_changed_from_the_version_that_was_read(till: Till) -> None:
    made = keep(till, error={"message": "No"})
    till.voucher()
    assign(till, "val_1")
    till.stores.rules.save(made.model_copy(update={"name": "Above", "error": None, "assignments_count": 7}))
    found = till.stores.rules.get("val_1")
    assert (found.name, found.error, found.assignments_count, found.version) == ("Above", None, 1, 2)
    refused(till, lambda: till.stores.rules.save(made))


def test_rules_are_listed_newest_first_or_by_name(till: Till) -> None:
    for number, name in enumerate("bac"):
        keep(till, f"val_{number}", name=name, created_at=AT + number * DAY)
    wanted = till.stores.rules.wanted
    assert [it.id for it in wanted(Query(AT)).things] == ["val_2", "val_1", "val_0"]
    assert [it.name for it in wanted(Query(AT, order=Ordering("name", falling=False))).things] == ["a", "b", "c"]
    assert [it.id for it in wanted(of("id", "val_1", "val_9")).things] == ["val_1"]


# What is under them


def test_an_assignment_is_with_its_thing_beside_its_rule_and_on_the_lists(till: Till) -> None:
    keep(till), keep(till, "val_2"), till.campaign()
    mug, tie = till.voucher(), till.voucher("TIE")
    one = assign(till, "val_1")
    others = [assign(till, "val_1", "Spring", "campaign", at=AT + DAY), assign(till, "val_2", "TIE", at=AT + 2 * DAY)]
    rules = till.stores.rules
    assert rules.assignment("val_1", one.id) == one
    assert till.find("MUG").assignments == (one,)
    assert till.stores.campaigns.get("Spring").assignments == (others[0],)
    assert (count(till), count(till, "val_2")) == (2, 1)
    assert listed(till, Query(AT)) == [tie.id, "camp_1", mug.id]
    assert listed(till, of("rule_id", "val_1")) == ["camp_1", mug.id]
    assert listed(till, of("related_object_id", mug.id)) == [mug.id]
    assert listed(till, of("related_object_id", "camp_1", tie.id)) == [tie.id, "camp_1"]
    assert listed(till, of("related_object_id", "v_0000000000000000")) == []
    for wrong in (("val_2", one.id), ("val_1", others[1].id), ("val_1", "asgm_1"), ("val_1", "x")):
        with pytest.raises(NotFound):
            rules.assignment(*wrong)


def test_nothing_is_put_under_a_rule_that_is_not_there_or_from_a_version_that_is_past(till: Till) -> None:
    made, rules = till.voucher(), till.stores.rules
    new = Assignment.of(till.stores.project, "val_1", "voucher", made.id, AT)
    refused(till, lambda: rules.assign(new, assigned(made, new), again=False), NotFound)
    keep(till)
    till.disable("MUG")
    refused(till, lambda: rules.assign(new, assigned(made, new), again=False))
    before = assign(till, "val_1")
    refused(till, lambda: rules.release(before, released(made, before)))
    rules.release(before, released(till.find("MUG"), before))
    refused(till, lambda: rules.assign(before, assigned(made, before), again=True))


def test_a_rule_is_not_deleted_as_it_no_longer_is(till: Till) -> None:
    made, rules = keep(till), till.stores.rules
    till.voucher(), till.campaign()
    assign(till, "val_1")
    refused(till, lambda: rules.remove(made))
    known = rules.get("val_1")
    assign(till, "val_1", "Spring", "campaign")
    refused(till, lambda: rules.remove(known))
    rules.remove(rules.get("val_1"))
    assert (till.find("MUG").assignments, till.stores.campaigns.get("Spring").assignments) == ((), ())
    assert listed(till, Query(AT)) == []
    refused(till, lambda: rules.remove(known))


# Things that are made under rules, and their end


def under(till: Till, thing: Any, *ids: str, new: Sequence[ValidationRule] = ()) -> Any:
    kind = "campaign" if thing.id.startswith("camp_") else "voucher"
    return Under(ids, tuple(new)).put_on(thing, kind, project=till.stores.project, at=AT)


def test_things_are_made_with_their_rules_or_not_at_all(till: Till) -> None:
    keep(till)
    project, new = till.stores.project, [rule("val_2")]
    spring = under(till, campaign(), "val_1", "val_2", new=new)
    till.stores.campaigns.add(spring, outcome=spring, rules=new)
    assert till.stores.campaigns.get("Spring") == spring
    code = under(till, code_of(spring, "S-1", project=project), "val_3", "val_1", new=[rule("val_3")])
    till.stores.campaigns.add_vouchers(spring, [code], rules=[rule("val_3")], otherwise=TAKEN)
    alone = under(till, voucher(project=project), "val_1")
    till.stores.vouchers.add(Made(alone), otherwise=TAKEN)
    assert (till.find("S-1"), till.find("MUG")) == (code, alone)
    assert [count(till, f"val_{number}") for number in (1, 2, 3)] == [3, 1, 1]
    assert {*listed(till, of("rule_id", "val_1"))} == {"camp_1", code.id, alone.id}

    bad = under(till, voucher("TIE", project=project), "val_4", "val_1", "val_9", new=[rule("val_4")])
    refusal = refused(
        till, lambda: till.stores.vouchers.add(Made(bad), rules=[rule("val_4")], otherwise=TAKEN), InvalidPayload
    )
    assert isinstance(refusal, InvalidPayload)
    assert refusal.details == "validation_rules.2: Cannot find validation_rule with id val_9"
    again = under(till, voucher("mug", project=project), "val_2")
    refused(till, lambda: till.stores.vouchers.add(Made(again), otherwise=TAKEN), Duplicate)
    summer = under(till, campaign("camp_2", name="Summer"), "val_9")
    refused(till, lambda: till.stores.campaigns.add(summer, outcome=summer), InvalidPayload)
    refused(
        till,
        lambda: till.stores.campaigns.add_vouchers(
            spring, [under(till, code_of(spring, "S-2", project=project), "val_9")], otherwise=TAKEN
        ),
        InvalidPayload,
    )


@pytest.mark.parametrize("for_good", [True, False])
def test_what_is_deleted_is_under_no_rule(till: Till, *, for_good: bool) -> None:
    keep(till)
    made, spring = till.voucher(), till.campaign()
    assign(till, "val_1"), assign(till, "val_1", "Spring", "campaign")
    refused(till, lambda: till.stores.vouchers.remove(made, for_good=for_good))
    till.stores.vouchers.remove(till.find("MUG"), for_good=for_good)
    gone = till.stores.campaigns.get("Spring")
    past = gone.model_copy(update={"deleted": True, "assignments": ()})
    till.stores.campaigns.save(past, released=gone.assignments)
    assert (count(till), listed(till, Query(AT))) == (0, [])
    refused(till, lambda: till.stores.campaigns.save(spring, released=gone.assignments))


def test_the_codes_of_a_campaign_that_ends_are_under_no_rule(till: Till) -> None:
    keep(till)
    spring = till.campaign(*(f"S-{number}" for number in range(5)))
    for number in range(3):
        assign(till, "val_1", f"S-{number}")
    till.stores.work.remove_codes([*till.stores.work.codes(spring.id)])
    assert (count(till), listed(till, Query(AT)), [*till.stores.work.codes(spring.id)]) == (0, [], [])


# As a checkout needs them


def found(store: RuleStore, table: Table, ids: Sequence[str], *, warm: bool = False) -> dict[str, Compiled]:
    """Rules as a checkout finds them, in one batch: a moment old at most if ``warm``, else as they are now."""
    batch = Batch(table)
    shelf = Shelf(store, batch)
    batch.read(shelf.missing(ids, anew=not warm))
    return shelf.known(ids) if warm else shelf.read(ids)


def test_rules_are_kept_warm_compiled_once_and_forgotten_when_they_change(
    on_table: Till, table: Table, wire: Wire
) -> None:
    store = RuleStore(table, on_table.stores.project)
    for number in (1, 2):
        keep(on_table, f"val_{number}")
    wire.calls.clear()
    ids = ["val_1", "val_2", "val_1", "val_9"]
    first = found(store, table, ids, warm=True)
    assert (set(first), wire.calls) == ({"val_1", "val_2"}, ["BatchGetItem"])
    assert found(store, table, ids[:3], warm=True) == first
    assert wire.calls == ["BatchGetItem"]
    read = found(store, table, ids)
    assert all(read[id_] is ready for id_, ready in first.items())  # and not compiled again
    assert wire.calls == ["BatchGetItem"] * 2
    store.save(store.get("val_1").model_copy(update={"name": "Above"}))
    after = found(store, table, ids[:2], warm=True)
    assert (after["val_1"] is first["val_1"], after["val_2"] is first["val_2"]) == (False, True)
    store.remove(store.get("val_2"))
    assert set(found(store, table, ids, warm=True)) == {"val_1"}


def test_rules_ride_along_in_a_batch(on_table: Till, table: Table) -> None:
    store = RuleStore(table, on_table.stores.project)
    for number in (1, 2):
        keep(on_table, f"val_{number}")
    found(store, table, ["val_1"])
    ids = ["val_1", "val_2", "val_9"]
    seen = store.seen(ids)
    keys = [*Shelf(store, Batch(table)).missing(ids)]
    assert (set(seen), [key.PK.rpartition("#")[2] for key in keys]) == ({"val_1"}, ["val_2", "val_9"])
    assert set(store.among(table.get_many(keys), ids)) == {"val_2"}
