"""What the publication store promises, kept by the table and by its fake: a code is given once, with its record."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.domain.customers import Customer, Profile
from shared.domain.errors import Moved, NotFound, PromotionError
from shared.domain.lists import Query
from shared.domain.publications import Known, Publication, Published
from shared.domain.vouchers import Voucher
from tests.unit.till import Till
from tests.unit.values import AT, DAY, code_of, numbering

NOBODY = Known()
ANN = Customer(id="cust_ann", profile=Profile(source_id="ann"), created_at=AT)
KNOWN = Known(ANN)
CLIENTS = 12


def refused(till: Till, commit: Callable[[], object], error: type[Exception] = Moved) -> None:
    """A commit that fails and writes nothing."""
    before = till.stores.everything()
    with pytest.raises(error):
        commit()
    assert till.stores.everything() == before


def giving(till: Till, *vouchers: Voucher, id_: str = "pub_1", **fields: Any) -> Callable[[], None]:
    """The commit that gives vouchers to Ann, whom nobody has met before unless ``known`` says so."""
    known, minted = fields.pop("known", NOBODY), fields.pop("minted", ())
    given = tuple(it.model_copy(update={"published": it.published + 1, "holder_id": ANN.id}) for it in vouchers)
    record = Publication(id=id_, customer_id=ANN.id, codes=tuple(it.code for it in given), created_at=AT, **fields)
    spring = till.stores.campaigns.find("Spring")
    published = Published(record, given, ANN, spring)
    return lambda: till.stores.publications.publish(published, known=known, minted=minted)


def test_a_publication_is_kept_with_its_code_and_its_customer(till: Till) -> None:
    till.campaign("S-1")
    giving(till, till.find("S-1"), campaign_id="camp_1", source_id="mail-7", metadata={"a": None})()
    known = till.stores.publications.known("pub_1", "cust_ann", "camp_1")
    assert known.publication == till.stores.publications.get("pub_1")
    assert known.publication == Publication(
        id="pub_1",
        customer_id="cust_ann",
        campaign_id="camp_1",
        codes=("S-1",),
        source_id="mail-7",
        metadata={"a": None},
        created_at=AT,
    )
    assert (known.customer, known.joined) == (ANN, "pub_1")
    assert (till.find("S-1").holder_id, till.find("S-1").published) == ("cust_ann", 1)
    told = till.stores.publications.tell([known.publication])[0]
    assert told == Published(known.publication, (till.find("S-1"),), ANN, till.stores.campaigns.get("Spring"))


def test_what_there_is_not_is_not_known(till: Till) -> None:
    assert till.stores.publications.known("pub_9", "cust_9", "camp_9") == NOBODY
    assert till.stores.publications.known(None, "cust_9", None) == NOBODY
    with pytest.raises(NotFound):
        till.stores.publications.get("pub_9")


def test_a_unique_code_is_given_once(till: Till) -> None:
    mug = till.voucher()
    giving(till, mug)()
    refused(till, giving(till, mug, id_="pub_2", known=KNOWN))


def test_any_other_code_is_given_to_many_and_counted(till: Till) -> None:
    mug = till.voucher(quantity=None)
    for number in range(3):
        giving(till, mug, id_=f"pub_{number}", known=KNOWN if number else NOBODY)()
    assert till.find("MUG").published == 3


def test_one_publication_is_made_once(till: Till) -> None:
    till.voucher("A")
    till.voucher("B")
    giving(till, till.find("A"))()
    refused(till, giving(till, till.find("B"), known=KNOWN))


@pytest.mark.parametrize(
    ("case", "meanwhile"),
    [
        ("given away", lambda till: till.issue("bob", voucher="B")),
        ("switched off", lambda till: till.disable("B")),
        ("deleted", lambda till: till.stores.vouchers.remove(till.find("B"), for_good=False)),
        ("deleted for good", lambda till: till.stores.vouchers.remove(till.find("B"), for_good=True)),
    ],
)
def test_codes_are_given_together_or_not_at_all(till: Till, case: str, meanwhile: Callable[[Till], object]) -> None:
    commit = giving(till, till.voucher("A"), till.voucher("B"))
    meanwhile(till)
    refused(till, commit)


def test_new_codes_are_made_given_and_counted_in_one(till: Till) -> None:
    spring = till.campaign("S-1", type="AUTO_UPDATE")
    new = code_of(spring, "S-2", project=till.stores.project)
    giving(till, till.find("S-1"), new, minted=[new])()
    assert till.find("S-2").published == 1
    assert till.stores.campaigns.get("Spring").vouchers_count == 2
    taken = code_of(spring, "s-1", project=till.stores.project)
    refused(till, giving(till, taken, minted=[taken], id_="pub_2", known=KNOWN))


def test_nothing_new_is_made_for_a_campaign_that_is_gone(till: Till) -> None:
    spring = till.campaign(type="AUTO_UPDATE")
    new = code_of(spring, "S-1", project=till.stores.project)
    commit = giving(till, new, minted=[new])
    till.stores.campaigns.save(spring.model_copy(update={"deleted": True}))
    refused(till, commit, NotFound)


def test_a_customer_joins_a_campaign_for_the_first_time_once(till: Till) -> None:
    till.campaign("S-1", "S-2", "S-3")
    giving(till, till.find("S-1"), campaign_id="camp_1")()
    refused(till, giving(till, till.find("S-2"), campaign_id="camp_1", id_="pub_2", known=KNOWN))
    again = till.stores.publications.known(None, ANN.id, "camp_1")
    giving(till, till.find("S-2"), campaign_id="camp_1", id_="pub_2", known=again)()
    assert till.stores.publications.known(None, ANN.id, "camp_1").joined == "pub_1"


def test_a_customer_whom_somebody_else_has_just_met_is_looked_at_again(till: Till) -> None:
    giving(till, till.voucher("A"))()
    refused(till, giving(till, till.voucher("B"), id_="pub_2"))


def test_only_what_may_be_given_is_free(till: Till) -> None:
    codes = [f"S-{i}" for i in range(6)]
    till.campaign(*codes)
    till.campaign("U-1", id_="camp_2", name="Summer")
    till.disable("S-1")
    till.stores.vouchers.remove(till.find("S-2"), for_good=False)
    till.stores.vouchers.remove(till.find("S-3"), for_good=True)
    till.issue("ann", voucher="S-4")
    assert sorted(it.code for it in till.stores.publications.free("camp_1")) == ["S-0", "S-5"]


def test_every_free_code_is_found_once_wherever_the_search_begins(till: Till) -> None:
    codes = sorted(f"S-{i:03}" for i in range(40))
    till.campaign(*codes)
    for _ in range(3):
        assert sorted(it.code for it in till.stores.publications.free("camp_1")) == codes


def test_many_at_once_get_a_code_each_and_no_more_than_there_are(till: Till) -> None:
    till.campaign(*(f"S-{i}" for i in range(8)))

    def ask(number: int) -> str | None:
        try:
            return till.issue(f"customer-{number}", campaign="Spring").publication.codes[0]
        except PromotionError as refusal:
            return refusal.key

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(ask, range(CLIENTS)))
    refusals = [it for it in answers if not str(it).startswith("S-")]
    assert refusals == ["no_voucher_suitable_for_publication"] * (CLIENTS - 8)
    assert len(set(answers)) == 8 + 1


def test_one_source_id_by_many_at_once_is_one_publication(till: Till) -> None:
    till.campaign(*(f"S-{i}" for i in range(CLIENTS)), type="AUTO_UPDATE")
    till.draw = numbering()
    with ThreadPoolExecutor(CLIENTS) as pool:
        given = list(pool.map(lambda _: till.issue(campaign="Spring", source_id="mail-7"), range(CLIENTS)))
    assert len({it.publication.id for it in given}) == 1
    assert len({it.publication.codes for it in given}) == 1
    assert sum(till.find(f"S-{i}").published for i in range(CLIENTS)) == 1


def test_publications_are_listed_newest_first(on_table: Till) -> None:
    on_table.voucher(quantity=None)
    for day in (2, 0, 3, 1):
        on_table.issue(f"customer-{day}", voucher="MUG", at=AT + day * DAY)
    first = on_table.stores.publications.wanted(Query(AT, limit=3))
    assert [(it.publication.created_at - AT).days for it in first.things] == [3, 2, 1]
    last = on_table.stores.publications.wanted(Query(AT, limit=3, skip=3))
    assert [it.publication.codes for it in last.things] == [("MUG",)]
    assert (first.total, first.more, last.total, last.more) == (4, True, 4, False)
