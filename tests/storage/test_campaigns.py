"""What the campaign store promises, kept by the table and by its fake: a name is of one, and codes are counted."""

from collections.abc import Callable

import pytest

from shared.domain.actions import AsyncAction, Lane
from shared.domain.campaigns import Campaign
from shared.domain.errors import Duplicate, Moved, NotFound
from shared.domain.ids import voucher_id
from tests.unit.till import Till
from tests.unit.values import AT, DAY, campaign, code_of, percent

ACTION = AsyncAction(
    id="async_1",
    type="CAMPAIGN_VOUCHERS_GENERATION",
    campaign_id="camp_1",
    total=9,
    shares=(5, 4),
    created_at=AT,
)
TAKEN = Duplicate("voucher", "S-1")


def refused(till: Till, commit: Callable[[], object], error: type[Exception] = Moved) -> None:
    """A commit that fails and writes nothing."""
    before = till.stores.everything()
    with pytest.raises(error):
        commit()
    assert till.stores.everything() == before


@pytest.mark.parametrize(
    "made",
    [
        campaign(),
        campaign(
            name="Sommer / Été #1",
            type="AUTO_UPDATE",
            discount=percent(12.5),
            quantity=None,
            start_date=AT,
            expiration_date=AT + DAY,
            metadata={"a": None},
            join_once=True,
            code_config={"pattern": "S-####", "charset": "numbers"},
        ),
    ],
)
def test_a_campaign_is_kept_as_it_was_made_and_found_by_id_and_name(till: Till, made: Campaign) -> None:
    till.stores.campaigns.add(made, outcome=made)
    assert till.stores.campaigns.get(made.id) == till.stores.campaigns.get(made.name) == made


def test_what_there_is_not_is_not_found(till: Till) -> None:
    till.campaign()
    for name in ("camp_2", "spring", "Spring ", "Autumn"):
        assert till.stores.campaigns.find(name) is None
        with pytest.raises(NotFound):
            till.stores.campaigns.get(name)


def test_an_id_comes_before_a_name(till: Till) -> None:
    till.campaign(id_="camp_1", name="Spring")
    till.campaign(id_="camp_2", name="camp_1")
    assert till.stores.campaigns.get("camp_1").name == "Spring"


def test_a_name_is_of_one_campaign(till: Till) -> None:
    till.campaign("S-1")
    other = campaign("camp_2")
    codes = [code_of(other, "S-2", project=till.stores.project)]
    refused(till, lambda: till.stores.campaigns.add(other, *codes, outcome=other, action=ACTION), Duplicate)


def test_a_campaign_its_first_codes_and_its_action_are_made_together_or_not_at_all(till: Till) -> None:
    till.voucher("TAKEN")
    made = campaign(vouchers_count=1)
    first, taken = (code_of(made, code, project=till.stores.project) for code in ("S-1", "taken"))
    refused(till, lambda: till.stores.campaigns.add(made, first, taken, outcome=made, action=ACTION))
    till.stores.campaigns.add(made, first, outcome=made, action=ACTION)
    assert till.stores.campaigns.get("Spring").vouchers_count == 1
    assert till.find("S-1").campaign == "Spring"
    assert till.stores.work.action("async_1") == ACTION


def test_a_change_keeps_the_codes_that_are_counted_meanwhile(till: Till) -> None:
    spring = till.campaign("S-1")
    codes = [code_of(spring, code, project=till.stores.project) for code in ("S-2", "S-3")]
    till.stores.campaigns.add_vouchers(spring, codes, otherwise=TAKEN)
    till.stores.campaigns.save(spring.model_copy(update={"active": False, "description": "…"}))
    after = till.stores.campaigns.get("Spring")
    assert (after.active, after.description, after.vouchers_count) == (False, "…", 3)


def test_a_change_of_what_has_changed_since_is_not_made(till: Till) -> None:
    spring = till.campaign()
    till.stores.campaigns.save(spring.model_copy(update={"active": False}))
    other = spring.model_copy(update={"description": "…"})
    refused(till, lambda: till.stores.campaigns.save(other, action=ACTION))


def test_codes_are_added_together_or_not_at_all(till: Till) -> None:
    spring = till.campaign("S-1")
    codes = [code_of(spring, code, project=till.stores.project) for code in ("S-2", "s-1", "S-3")]
    refused(till, lambda: till.stores.campaigns.add_vouchers(spring, codes, otherwise=TAKEN), Duplicate)


def test_nothing_is_added_to_a_campaign_that_is_gone(till: Till) -> None:
    spring = till.campaign()
    codes = [code_of(spring, "S-1", project=till.stores.project)]
    till.stores.campaigns.save(spring.model_copy(update={"deleted": True}))
    refused(till, lambda: till.stores.campaigns.add_vouchers(spring, codes, otherwise=TAKEN), NotFound)
    assert till.stores.campaigns.find("Spring") is None
    assert till.stores.campaigns.find("camp_1") is None


# The work that its actions do


def test_a_piece_of_codes_is_made_with_its_lanes_progress_or_not_at_all(till: Till) -> None:
    spring = till.campaign()
    till.stores.campaigns.save(spring, action=ACTION)
    first, other = till.stores.work.lanes(ACTION)
    assert (first, other) == (Lane(number=0, total=5), Lane(number=1, total=4))
    prototype = code_of(spring, "0", metadata={"a": 1}, project=till.stores.project)
    piece = ids(till, "S-0", "Ö'1", "S-2")
    after = till.stores.work.make(ACTION, first.advanced(3), prototype, piece)
    assert (after, other) == tuple(till.stores.work.lanes(ACTION)) == (till.stores.work.lane(ACTION, 0), other)
    assert (after.done, after.left, after.version) == (3, 2, 1)
    made = till.find("ö'1")
    assert made == prototype.model_copy(update={"id": made.id, "code": "Ö'1"})
    assert sorted(till.stores.work.codes("camp_1")) == sorted(id_[2:] for id_ in piece)
    # another worker was there first; one of them is taken; both
    for lane, codes in ((first, ("S-3",)), (after, ("S-3", "s-0")), (first, ("S-0",))):
        refused(till, lambda lane=lane, codes=codes: till.stores.work.make(ACTION, lane, prototype, ids(till, *codes)))
    assert till.stores.work.untaken(ids(till, "S-0", "S-3")) == ids(till, "S-3")


def ids(till: Till, *codes: str) -> dict[str, str]:
    return {voucher_id(till.stores.project, code): code for code in codes}


def test_a_closed_lane_never_moves_again(till: Till) -> None:
    spring = till.campaign()
    till.stores.campaigns.save(spring, action=ACTION)
    first, other = till.stores.work.lanes(ACTION)
    prototype = code_of(spring, "0", project=till.stores.project)
    after = till.stores.work.make(ACTION, first.advanced(1), prototype, ids(till, "S-0"))
    closed = till.stores.work.close(ACTION)
    assert [(lane.done, lane.left, lane.closed) for lane in closed] == [(1, 0, True), (0, 0, True)]
    for lane in (after, other):
        refused(till, lambda lane=lane: till.stores.work.make(ACTION, lane, prototype, ids(till, "S-1")))
    assert till.stores.work.close(ACTION) == closed


def test_the_campaign_counts_what_the_action_notes(till: Till) -> None:
    spring = till.campaign("S-1")
    till.stores.campaigns.save(spring, action=ACTION)
    noted = ACTION.model_copy(update={"status": "IN_PROGRESS", "done": 3, "counted": 3})
    till.stores.work.note(noted, spring, more=3)
    assert till.stores.work.action("async_1") == noted.model_copy(update={"version": 2})
    assert till.stores.campaigns.get("Spring").vouchers_count == 4
    refused(till, lambda: till.stores.work.note(noted, spring, more=3))


def test_an_end_is_noted_once_and_shown_by_the_campaign(till: Till) -> None:
    busy = till.campaign(creation_status="IN_PROGRESS", making={"async_1": 9})
    till.stores.campaigns.save(busy, action=ACTION)
    done = ACTION.model_copy(update={"status": "DONE", "result": {"done_count": 9}})
    now = till.stores.work.campaign("camp_1").model_copy(update={"creation_status": "DONE", "making": {}})
    till.stores.work.settle(done, now, more=9)
    spring = till.stores.campaigns.get("Spring")
    assert (spring.creation_status, spring.making, spring.vouchers_count) == ("DONE", {}, 9)
    assert till.stores.work.action("async_1").result == {"done_count": 9}
    refused(till, lambda: till.stores.work.settle(done, None))
    refused(till, lambda: till.stores.work.settle(done.model_copy(update={"version": 2}), now))


def test_the_codes_of_a_campaign_are_all_there_and_only_its_own(till: Till) -> None:
    spring = till.campaign(*(f"S-{i}" for i in range(30)))
    till.campaign("U-1", id_="camp_2", name="Summer")
    till.voucher()
    till.issue("ann", campaign="Spring")
    hashes = list(till.stores.work.codes(spring.id))
    assert sorted(hashes) == sorted(till.find(f"S-{i}").id.removeprefix("v_") for i in range(30))
    till.stores.work.remove_codes(hashes[:20])
    till.stores.work.remove_codes(hashes[:20])
    assert sorted(till.stores.work.codes(spring.id)) == sorted(hashes[20:])
    assert till.find("U-1").code == "U-1"


def test_a_campaign_that_is_forgotten_leaves_its_name(till: Till) -> None:
    spring = till.campaign()
    gone = spring.model_copy(update={"deleted": True})
    till.stores.campaigns.save(gone)
    assert till.stores.work.campaign("camp_1")
    refused(till, lambda: till.campaign(id_="camp_2"), Duplicate)
    till.stores.work.remove_campaign(gone)
    assert till.stores.work.campaign("camp_1") is None
    assert till.campaign(id_="camp_2").id == till.stores.campaigns.get("Spring").id
