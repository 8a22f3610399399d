"""A code is given to one customer; asked twice under one name, it happens once."""

from typing import Any

import pytest

from shared.domain.customers import Profile
from shared.domain.errors import Busy, PromotionError
from shared.usecases.issue import MOST_AT_ONCE
from tests.fakes import Overtaken
from tests.unit.till import Till
from tests.unit.values import AT, DAY, drawing


def refusal_of(till: Till, customer: str = "ann", **wish: Any) -> str:
    """The key of the refusal; nothing is written."""
    before = till.stores.everything()
    with pytest.raises(PromotionError) as refusal:
        till.issue(customer, **wish)
    assert till.stores.everything() == before
    return refusal.value.key


def test_a_free_code_of_a_campaign_becomes_somebodys(till: Till) -> None:
    till.campaign("S-1", "S-2")
    given = till.issue("ann", campaign="Spring", metadata={"why": "birthday"})
    code = given.publication.codes[0]
    assert code in {"S-1", "S-2"}
    assert given.customer
    assert till.find(code).holder_id == given.customer.id == given.publication.customer_id
    assert till.find(code).published == 1
    assert given.publication.metadata == {"why": "birthday"}
    assert till.issue("bob", campaign="camp_1").publication.codes != given.publication.codes


def test_a_static_campaign_runs_out(till: Till) -> None:
    till.campaign("S-1")
    till.issue("ann", campaign="Spring")
    assert refusal_of(till, "bob", campaign="Spring") == "no_voucher_suitable_for_publication"


def test_a_growing_campaign_makes_new_codes_and_counts_them(till: Till) -> None:
    till.campaign("S-1", type="AUTO_UPDATE")
    given = [till.issue(f"customer-{i}", campaign="Spring").publication.codes[0] for i in range(3)]
    assert given == ["S-1", "NEW-1", "NEW-2"]
    assert till.stores.campaigns.get("Spring").vouchers_count == 3
    new = till.find("NEW-1")
    assert (new.campaign, new.quantity, new.published) == ("Spring", 1, 1)


def test_several_codes_are_given_at_once(till: Till) -> None:
    till.campaign("S-1", type="AUTO_UPDATE")
    given = till.issue(campaign="Spring", how_many=3)
    assert given.publication.codes == ("S-1", "NEW-1", "NEW-2")
    assert {it.holder_id for it in given.vouchers} == {given.publication.customer_id}


def test_a_code_that_is_not_to_be_given_is_passed_over(till: Till) -> None:
    till.campaign("S-1", "S-2", "S-3")
    till.disable("S-1")
    till.stores.vouchers.remove(till.find("S-2"), for_good=False)
    assert till.issue(campaign="Spring").publication.codes == ("S-3",)


def test_one_voucher_is_given_by_its_code(till: Till) -> None:
    till.voucher()
    given = till.issue(voucher="mug")
    assert given.publication.codes == ("MUG",)
    assert given.publication.campaign_id is None
    assert till.find("MUG").holder_id == given.publication.customer_id


def test_a_unique_code_goes_to_one_customer(till: Till) -> None:
    till.voucher()
    till.issue("ann", voucher="MUG")
    assert refusal_of(till, "bob", voucher="MUG") == "voucher_already_published"
    assert refusal_of(till, "ann", voucher="MUG") == "voucher_already_published"


def test_any_other_code_goes_to_many_and_the_first_is_its_holder(till: Till) -> None:
    till.voucher(quantity=None)
    first = till.issue("ann", voucher="MUG")
    till.issue("bob", voucher="MUG")
    assert till.find("MUG").published == 2
    assert till.find("MUG").holder_id == first.publication.customer_id


@pytest.mark.parametrize(
    ("case", "its", "of_campaign"),
    [
        ("a code that is off", {"active": False}, {}),
        ("a code that ends now", {"expiration_date": AT}, {}),
        ("a campaign that is off", {}, {"active": False}),
        ("a campaign that ends now", {}, {"expiration_date": AT}),
    ],
)
def test_what_is_off_or_over_is_given_to_nobody(
    till: Till, case: str, its: dict[str, Any], of_campaign: dict[str, Any]
) -> None:
    spring = till.campaign("S-1", **of_campaign)
    made = till.stores.vouchers.get("S-1")
    till.stores.vouchers.save(made._replace(voucher=made.voucher.model_copy(update=its)))
    assert refusal_of(till, voucher="S-1") == "voucher_cannot_be_published"
    if of_campaign:
        assert refusal_of(till, campaign=spring.id) == "voucher_cannot_be_published"


def test_what_starts_later_may_be_given_today(till: Till) -> None:
    till.campaign("S-1", start_date=AT + DAY)
    assert till.issue(campaign="Spring").publication.codes == ("S-1",)


@pytest.mark.parametrize(
    ("case", "wish", "key"),
    [
        ("nothing named", {}, "invalid_publish_params"),
        ("more than fit", {"campaign": "Spring", "how_many": MOST_AT_ONCE + 1}, "too_many_vouchers_requested"),
        ("more than there are", {"campaign": "Spring", "how_many": 3}, "no_voucher_suitable_for_publication"),
        ("no such campaign", {"campaign": "Autumn"}, "not_found"),
        ("no such voucher", {"voucher": "GONE"}, "not_found"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(till: Till, case: str, wish: dict[str, Any], key: str) -> None:
    till.campaign("S-1", "S-2")
    assert refusal_of(till, **wish) == key


# Once


def test_one_source_id_is_one_publication(till: Till) -> None:
    till.campaign("S-1", "S-2")
    first = till.issue(campaign="Spring", source_id="mail-7")
    before = till.stores.everything()
    assert till.issue(campaign="camp_1", source_id="mail-7") == first
    assert till.stores.everything() == before


@pytest.mark.parametrize(
    ("case", "customer", "wish"),
    [
        ("another customer", "bob", {"campaign": "Spring"}),
        ("another campaign", "ann", {"campaign": "Summer"}),
        ("a voucher of another campaign", "ann", {"voucher": "U-1"}),
        ("another voucher of the campaign", "ann", {"voucher": "S-2"}),
        ("a voucher of none", "ann", {"voucher": "MUG"}),
    ],
)
def test_a_source_id_is_of_one_customer_and_one_campaign(
    till: Till, case: str, customer: str, wish: dict[str, Any]
) -> None:
    till.campaign("S-1", "S-2")
    till.campaign("U-1", id_="camp_2", name="Summer")
    till.voucher()
    till.issue("ann", voucher="S-1", source_id="mail-7")
    assert refusal_of(till, customer, source_id="mail-7", **wish) == "duplicate_source_id"


@pytest.mark.parametrize(
    ("case", "of_campaign", "wish"),
    [("the campaign says so", {"join_once": True}, {}), ("the request says so", {}, {"join_once": True})],
)
def test_who_joins_once_gets_the_same_code_again(
    till: Till, case: str, of_campaign: dict[str, Any], wish: dict[str, Any]
) -> None:
    till.campaign("S-1", "S-2", **of_campaign)
    ann, again, bob = (till.issue(who, campaign="Spring", **wish) for who in ("ann", "ann", "bob"))
    assert ann.publication == again.publication
    assert bob.publication.codes != ann.publication.codes


def test_who_joins_once_joins_once_whatever_the_request_is_called(till: Till) -> None:
    till.campaign("S-1", "S-2", join_once=True)
    first = till.issue(campaign="Spring", source_id="mail-7")
    before = till.stores.everything()
    for source_id in ("mail-8", None):
        assert till.issue(campaign="Spring", source_id=source_id).publication == first.publication
    assert till.stores.everything() == before


def test_who_joined_before_it_was_asked_to_be_once_has_joined(till: Till) -> None:
    till.campaign("S-1", "S-2")
    first = till.issue(campaign="Spring")
    assert till.issue(campaign="Spring", join_once=True).publication == first.publication


def test_who_may_join_again_gets_another_code(till: Till) -> None:
    till.campaign("S-1", "S-2")
    assert till.issue(campaign="Spring").publication.codes != till.issue(campaign="Spring").publication.codes


# Customers


def test_what_is_told_of_the_customer_is_kept(till: Till) -> None:
    till.campaign("S-1", "S-2")
    till.issue("ann", campaign="Spring")
    given = till.issue(Profile(source_id="ann", name="Ann"), campaign="Spring")
    assert given.customer
    assert (given.customer.profile.name, given.customer.profile.source_id) == ("Ann", "ann")
    known = till.stores.publications.known(None, given.customer.id, None).customer
    assert known
    assert known.profile == given.customer.profile


# Races


def test_two_who_come_for_the_last_code_do_not_both_get_it(till: Till) -> None:
    till.campaign("S-1")
    late = Overtaken(till.stores.publications, lambda: till.issue("ann", campaign="Spring"))
    with pytest.raises(PromotionError) as refusal:
        till.issue("bob", campaign="Spring", store=late)
    assert refusal.value.key == "no_voucher_suitable_for_publication"
    assert till.find("S-1").published == 1


def test_two_who_come_for_one_of_two_codes_get_one_each(till: Till) -> None:
    till.campaign("S-1", "S-2")
    late = Overtaken(till.stores.publications, lambda: till.issue("ann", campaign="Spring"))
    till.issue("bob", campaign="Spring", store=late)
    assert (till.find("S-1").published, till.find("S-2").published) == (1, 1)
    assert till.find("S-1").holder_id != till.find("S-2").holder_id


def test_one_source_id_twice_at_once_is_one_publication(till: Till) -> None:
    till.campaign("S-1", "S-2")
    first = []
    late = Overtaken(till.stores.publications, lambda: first.append(till.issue(campaign="Spring", source_id="mail-7")))
    second = till.issue(campaign="Spring", source_id="mail-7", store=late)
    assert second.publication == first[0].publication
    assert [till.find(code).published for code in ("S-1", "S-2")].count(1) == 1


def test_a_new_code_that_somebody_has_is_drawn_again(till: Till) -> None:
    till.campaign(type="AUTO_UPDATE")
    till.voucher("TAKEN")
    till.draw = drawing("taken", "TAKEN", "FREE-1")
    assert till.issue(campaign="Spring").publication.codes == ("FREE-1",)
    assert till.stores.campaigns.get("Spring").vouchers_count == 1


def test_where_every_new_code_is_taken_the_request_is_told_to_ask_again(till: Till) -> None:
    till.campaign(type="AUTO_UPDATE")
    till.voucher("TAKEN")
    till.draw = drawing("TAKEN")
    before = till.stores.everything()
    with pytest.raises(Busy):
        till.issue(campaign="Spring")
    assert till.stores.everything() == before


def test_a_code_made_at_the_moment_of_giving_is_like_any_other_of_its_campaign(till: Till) -> None:
    till.campaign(type="AUTO_UPDATE", category="welcome", quantity=3)
    [voucher] = till.issue("ann", campaign="Spring").vouchers
    assert (voucher.campaign, voucher.category, voucher.quantity) == ("Spring", "welcome", 3)
