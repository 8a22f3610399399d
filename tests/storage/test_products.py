"""What the stores of the catalogue promise: products by all their names, collections of which nobody sees a part."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import repeat
from threading import Event, Thread
from typing import Any

import pytest

from shared.domain.errors import Busy, Duplicate, InvalidPayload, Moved, NotFound, PromotionError
from shared.domain.lists import Query
from shared.domain.orders import Item, Order
from shared.domain.products import Collection, Member, Product, ProductSaid, Sku, SkuSaid
from shared.domain.schemas import Schema
from shared.storage.answers import AlreadyAnswered
from shared.storage.collections import CollectionStore
from shared.storage.keys import Key
from shared.storage.members import QUIET, MemberStore
from shared.storage.products import CatalogueStore, ProductStore
from shared.storage.projects import ProjectStore
from shared.storage.table import ATTEMPTS, Table, create
from shared.usecases import product_collections, products
from tests.fakes import Overtaken
from tests.storage.wire import Wire, refused, through
from tests.unit.values import AT, DAY, counting

SOON = QUIET / 2


class Shelf:
    """A catalogue on the table, each request at a moment of its own."""

    def __init__(self, table: Table, project: str) -> None:
        self.table, self.project = table, project
        self.products = ProductStore(table, project)
        self.collections = CollectionStore(table, project)
        self.members = MemberStore(table, project)
        self._chance = counting()

    def product(self, source_id: str | None = "mug", **fields: Any) -> Product:
        said = ProductSaid(source_id=source_id, **fields)
        return products.upsert_product(said, at=AT, products=self.products, chance=self._chance)

    def sku(self, source_id: str = "mug-blue", *, of: str = "mug", **fields: Any) -> Sku:
        said = SkuSaid(source_id=source_id, **fields)
        return products.upsert_sku(of, said, at=AT, products=self.products, chance=self._chance)

    def collect(self, *names: str, **fields: Any) -> Collection:
        type_ = "AUTO_UPDATE" if "filter" in fields else "STATIC"
        made = Collection(id=f"pc_{self._chance()}", name="Mugs", type=type_, created_at=AT, **fields)
        return product_collections.make_collection(
            made,
            self.named(*names),
            generation=self._chance(),
            collections=self.collections,
            members=self.members,
            repeated=AlreadyAnswered,
        )

    def replace(self, collection: Collection, *names: str, after: timedelta = DAY) -> Collection:
        return product_collections.change_collection(
            collection.id,
            lambda it: it,
            self.named(*names),
            generation=self._chance(),
            at=AT + after,
            collections=self.collections,
            members=self.members,
        )

    def end(self, collection: Collection) -> None:
        product_collections.delete_collection(collection.id, collections=self.collections, members=self.members)

    def named(self, *names: str) -> dict[str, Member]:
        members = [Member(id=name, object="sku" if name.startswith("sku_") else "product") for name in names]
        return {member.key(self.project): member for member in members}

    def within(self, *items: Item, of: Collection) -> list[bool]:
        """Whether each line is in a collection."""
        asked = CatalogueStore(self.table, self.project).asked(Order(items=items), [of.id])
        lines = asked.lines(self.table.get_many(asked.keys), at=AT)
        return [of.id in line.names for line in lines]

    def listed(self, collection: Collection, **asked: Any) -> list[str]:
        collection = self.collections.get(collection.id)
        return [shown.member.id for shown in self.members.wanted(collection, Query(AT, **asked)).things]

    def generations(self, collection: Collection) -> set[str]:
        marks = self.table.query(Key.collection(self.project, collection.id).PK, starting="generation#")
        return {mark["SK"].partition("#")[2] for mark in marks}


@pytest.fixture
def shelf(table: Table, project: str) -> Iterator[Shelf]:
    yield Shelf(table, project)
    CollectionStore._warm.clear()


Items = Callable[[], list[dict[str, Any]]]


# Products and SKUs


def test_a_product_is_one_by_whatever_name(shelf: Shelf, items: Items) -> None:
    made = shelf.product(name="Mug", price=100)
    assert shelf.products.get("mug") == shelf.products.get(made.id) == made
    again = shelf.product(None, id="mug", price=200)
    assert (again.id, again.name, again.price, again.updated_at) == (made.id, "Mug", 200, AT)
    assert len(items()) == 1
    assert shelf.products.get("mug").version == 2
    with pytest.raises(InvalidPayload) as refused:
        shelf.product("cup", id=made.id)
    assert refused.value.details == "source_id: names another product than id does"
    assert {shelf.product(None).id, shelf.product(None).id} & {made.id} == set()
    assert len(items()) == 3


def test_nothing_new_writes_nothing(shelf: Shelf, wire: Wire) -> None:
    made = shelf.product(name="Mug")
    wire.calls.clear()
    assert shelf.product(name="Mug") == made
    assert wire.calls == ["BatchGetItem"]


@pytest.mark.parametrize("kind", ["product", "sku"])
def test_metadata_keep_to_the_projects_schema(shelf: Shelf, items: Items, kind: str) -> None:
    shelf.product(metadata={"size": "old"})
    old = shelf.sku(metadata={"size": "old"})
    size = {"type": "number", "optional": True}
    schema = Schema(id="ms_1", related_object=kind, properties={"size": size}, created_at=AT)
    ProjectStore(shelf.table, shelf.project).save_schema(schema)
    before = items()
    keep: Any = {"product": shelf.product, "sku": shelf.sku}[kind]
    for name in ("mug-blue" if kind == "sku" else "mug", "new"):
        with pytest.raises(InvalidPayload) as refused:
            keep(name, metadata={"size": "large"})
        assert refused.value.details == "metadata.size: must be a number"
    assert items() == before
    assert keep("new", metadata={"size": 3}).metadata == {"size": 3}
    assert shelf.sku(price=100).metadata == old.metadata, "what was kept before stays until it is said anew"


def test_a_product_counts_its_skus_and_takes_them_along(shelf: Shelf, items: Items) -> None:
    shelf.product()
    for number in range(3):
        shelf.sku(f"mug-{number}", price=number)
    shelf.sku("mug-0", price=9)
    assert (shelf.products.get("mug").skus, shelf.products.get_sku("mug-0").price) == (3, 9)
    changed = shelf.product(name="Mug")
    assert (changed.skus, shelf.products.get("mug").skus) == (3, 3)
    skus = shelf.products.wanted_skus(changed, Query(AT, limit=2))
    assert (skus.total, len({it.source_id for it in skus.things}), skus.more) == (3, 2, True)
    products.delete_sku("mug", "mug-1", products=shelf.products)
    assert shelf.products.get("mug").skus == 2
    products.delete_product("mug", products=shelf.products)
    assert items() == []


def test_a_product_that_gets_a_sku_just_now_is_deleted_with_it(shelf: Shelf, items: Items) -> None:
    known = shelf.product()
    shelf.sku()
    stale = known.model_copy(update={"skus": 0})
    shelf.products.remove(stale)
    assert items() == []


def test_a_sku_is_of_one_product_for_good(shelf: Shelf, items: Items) -> None:
    shelf.product()
    shelf.product("cup")
    shelf.sku()
    before = items()
    with pytest.raises(Duplicate):
        shelf.sku(of="cup")
    with pytest.raises(NotFound):
        shelf.sku(of="plate")
    with pytest.raises(NotFound):
        shelf.products.get_sku("mug-blue", of="cup")
    assert items() == before


def test_a_sku_cannot_be_made_for_a_product_that_is_gone_by_now(shelf: Shelf, items: Items) -> None:
    product = shelf.product()
    products.delete_product("mug", products=shelf.products)
    with pytest.raises(NotFound):
        shelf.products.save_sku(Sku(id="sku_1", product_id=product.id, created_at=AT), known=None)
    assert items() == []


def test_of_two_who_change_a_product_one_looks_again(shelf: Shelf) -> None:
    known = shelf.product()
    shelf.product(name="Mug")
    with pytest.raises(Moved):
        shelf.products.save(known.model_copy(update={"name": "Cup"}), known=known)


# The lines of an order


def test_a_line_costs_one_key_a_collection_and_its_sku_another(shelf: Shelf, wire: Wire) -> None:
    mugs, cups = shelf.collect("mug"), shelf.collect("cup")
    order = Order(items=(Item(product_id="mug"), Item(product_id="cup", sku_id="cup-red"), Item(product_id="mug")))
    catalogue = CatalogueStore(shelf.table, shelf.project)
    wire.calls.clear()
    asked = catalogue.asked(order, [mugs.id, cups.id, "pc_none"])
    assert len(asked.keys) == 2 * (1 + 2)
    lines = asked.lines(shelf.table.get_many(asked.keys), at=AT)
    assert [line.names & {mugs.id, cups.id} for line in lines] == [{mugs.id}, {cups.id}, {mugs.id}]
    assert wire.calls == ["BatchGetItem", "BatchGetItem"], "the definitions, and what rides along"
    assert len(catalogue.asked(order, [mugs.id]).keys) == 3
    assert catalogue.asked(order).keys == []
    assert wire.calls[2:] == [], "a definition is warm"


def test_a_sku_is_in_the_collections_of_the_product_that_is_stored_with_it(shelf: Shelf, wire: Wire) -> None:
    shelf.product()
    shelf.sku()
    mugs = shelf.collect("mug")
    wire.calls.clear()
    assert shelf.within(Item(sku_id="mug-blue"), Item(sku_id="cup-red"), of=mugs) == [True, False]
    assert wire.calls == ["BatchGetItem"] * 3, "the definition, what rides along, what the SKU leads to"


def test_a_line_named_by_our_id_answers_to_its_source_id(shelf: Shelf) -> None:
    made = shelf.product()
    asked = CatalogueStore(shelf.table, shelf.project).asked(Order(items=(Item(product_id=made.id),)))
    [line] = asked.lines(shelf.table.get_many(asked.keys), at=AT)
    assert line.names == {made.id, "mug"}


def test_an_auto_update_collection_judges_what_is_stored_now(shelf: Shelf) -> None:
    dear = shelf.collect(filter={"price": {"conditions": {"$more_than": [500]}}})
    shelf.product(price=600)
    shelf.product("cup", price=400)
    shelf.sku("cup-gold", of="cup", price=900)
    lines = (
        Item(product_id="mug"),
        Item(product_id="cup"),
        Item(sku_id="cup-gold"),
        Item(product_id="plate", price=900),
    )
    assert shelf.within(*lines, of=dear) == [True, False, True, False]
    shelf.product("cup", price=501)
    assert shelf.within(*lines, of=dear) == [True, True, True, False]
    known = (shelf.products.get("mug"), shelf.products.get("cup"), shelf.products.get_sku("cup-gold"))
    assert {*shelf.listed(dear)} == {it.id for it in known}


def test_lines_for_too_many_collections_are_refused_before_they_are_read(shelf: Shelf) -> None:
    ids = [shelf.collect().id for _ in range(11)]
    order = Order(items=tuple(Item(product_id=f"p-{i}", sku_id=f"s-{i}") for i in range(500)))
    with pytest.raises(PromotionError) as refused:
        CatalogueStore(shelf.table, shelf.project).asked(order, ids)
    assert (refused.value.key, len(CatalogueStore(shelf.table, shelf.project).asked(order, ids[:10]).keys)) == (
        "query_too_large",
        10_000,
    )


# Collections


def test_the_members_of_a_collection_are_paged_through_each_once(shelf: Shelf) -> None:
    names = [f"product-{number}" for number in range(60)]
    shelf.product("product-7", name="Seven")
    made = shelf.collect(*names)
    pages = [shelf.listed(made, limit=25, skip=skip) for skip in (0, 25, 50)]
    assert sorted(name for page in pages for name in page) == sorted(names)
    first = shelf.members.wanted(made, Query(AT, limit=30)).things
    after = shelf.listed(made, limit=100, after=first[-1].id)
    assert sorted([*(it.member.id for it in first), *after]) == sorted(names)
    whole = shelf.members.wanted(made, Query(AT, limit=100))
    assert (whole.total, [it.known.name for it in whole.things if isinstance(it.known, Product)]) == (60, ["Seven"])


def test_a_collection_that_is_replaced_is_seen_whole_by_who_reads_meanwhile(shelf: Shelf) -> None:
    sets = [[f"{word}-{number}" for number in range(20)] for word in ("old", "new")]
    made = shelf.collect(*sets[0])
    lines = [Item(product_id=name) for names in sets for name in names]
    seen: list[tuple[bool, bool]] = []
    done = Event()

    def read() -> None:
        while not done.is_set():
            inside = shelf.within(*lines, of=made)
            seen.append((all(inside[:20]), all(inside[20:])))
            assert any(inside[:20]) is not any(inside[20:])

    reader = Thread(target=read)
    reader.start()
    for turn in range(3):
        shelf.replace(made, *sets[1 - turn % 2], after=DAY * (turn + 1))
        CollectionStore._warm.clear()
    done.set()
    reader.join()
    assert {*seen} <= {(True, False), (False, True)}
    assert shelf.within(*lines, of=made) == [False] * 20 + [True] * 20


def test_a_crash_between_the_members_and_the_commit_leaves_the_collection_as_it_was(shelf: Shelf, items: Items) -> None:
    made = shelf.collect("mug")
    shelf.members.write(made.id, "crashed", shelf.named("cup", "plate"), at=AT + SOON)
    assert shelf.within(Item(product_id="mug"), Item(product_id="cup"), of=made) == [True, False]
    assert shelf.collections.get(made.id) == made
    after = shelf.replace(made, "bowl", after=DAY)
    assert shelf.generations(made) == {made.generation, after.generation}, "what the crash left is swept by the next"
    last = shelf.replace(made, "bowl", after=DAY + QUIET)
    assert shelf.generations(made) == {after.generation, last.generation}
    assert sum("#collected#" in item["PK"] for item in items()) == 2


def test_what_is_overtaken_stays_for_those_who_still_trust_it(shelf: Shelf) -> None:
    made = shelf.collect("mug")
    assert shelf.within(Item(product_id="mug"), Item(product_id="cup"), of=made) == [True, False]
    key = Key.collection(shelf.project, made.id)
    shelf.replace(made, "cup")
    CollectionStore._warm.keep(shelf.table, key, made)  # another process, that has not heard of it
    assert shelf.within(Item(product_id="mug"), Item(product_id="cup"), of=made) == [True, False]
    shelf.replace(made, "plate", after=DAY + SOON)
    CollectionStore._warm.keep(shelf.table, key, made)
    assert shelf.within(Item(product_id="mug"), of=made) == [True], "too soon to sweep it"


def test_a_collection_that_is_gone_by_the_commit_takes_no_members(shelf: Shelf, items: Items) -> None:
    made = shelf.collect("mug")

    another = Shelf(shelf.table, shelf.project)
    shelf.collections = Overtaken(shelf.collections, lambda: another.end(made))  # type: ignore[assignment]
    with pytest.raises(NotFound):
        shelf.replace(made, "cup")
    assert items() == []


def test_a_collection_that_was_made_before_under_this_key_is_not_made_twice(shelf: Shelf, items: Items) -> None:
    key = Key.answer(shelf.project, "key")

    def remembering(_outcome: object) -> list[Any]:
        return [create(key, {}, otherwise=AlreadyAnswered())]

    shelf.collections = CollectionStore(shelf.table.remembering(remembering), shelf.project)
    shelf.collect("mug")
    before = items()
    with pytest.raises(AlreadyAnswered):
        shelf.collect("mug", "cup")
    assert items() == before


def test_a_deleted_collection_leaves_nothing_even_after_a_crash(shelf: Shelf, items: Items) -> None:
    made = shelf.collect("mug", "cup")
    shelf.collections.save(made.changed(deleted=True), known=made)  # and there it crashed
    with pytest.raises(NotFound):
        shelf.collections.get(made.id)
    assert shelf.within(Item(product_id="mug"), of=made) == [False]
    assert shelf.collections.wanted(Query(AT)).things == []
    shelf.end(made)
    assert items() == []
    with pytest.raises(NotFound):
        shelf.end(made)


# Many writes at once


def put_off(client: Any, times: int) -> Any:
    """An engine that gives the last of the writes back that it is asked for, and does not make it but it is alone."""
    left = repeat(None, times)

    def give_back(params: dict[str, Any], **_: Any) -> None:
        for _ in left:
            [(name, requests)] = json.loads(params["body"])["RequestItems"].items()
            waiting.append({name: requests[-1:]})
            params["body"] = json.dumps({"RequestItems": {name: requests[:-1] or requests}}).encode()
            return

    def tell(parsed: dict[str, Any], **_: Any) -> None:
        if waiting:
            parsed["UnprocessedItems"] = waiting.pop()

    waiting: list[Any] = []
    client.meta.events.register("before-call.dynamodb.BatchWriteItem", give_back)
    client.meta.events.register("after-call.dynamodb.BatchWriteItem", tell)
    return give_back, tell


@pytest.fixture
def busy(client: Any) -> Iterator[Callable[[int], None]]:
    """Makes the engine put off the last of each of its next writes."""
    handlers: list[Any] = []
    yield lambda times: handlers.append(put_off(client, times))
    for give_back, tell in handlers:
        client.meta.events.unregister("before-call.dynamodb.BatchWriteItem", give_back)
        client.meta.events.unregister("after-call.dynamodb.BatchWriteItem", tell)


def test_what_the_table_puts_off_is_written_in_the_end(shelf: Shelf, wire: Wire, busy: Callable[[int], None]) -> None:
    names = [f"product-{number}" for number in range(20)]
    busy(3)
    wire.hands += [through, refused("ThrottlingException")]
    made = shelf.collect(*names)
    assert sorted(shelf.listed(made, limit=100)) == sorted(names)
    assert wire.calls.count("BatchWriteItem") == 5, "throttled, then put off three times"


def test_a_table_that_takes_no_more_says_so_and_nothing_is_seen(
    shelf: Shelf, busy: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.storage.table.LONGEST_PAUSE", 0.001)
    made = shelf.collect("mug")
    busy(ATTEMPTS)
    with pytest.raises(Busy):
        shelf.replace(made, "cup", "plate")
    assert shelf.within(Item(product_id="mug"), Item(product_id="cup"), of=made) == [True, False]
    after = shelf.replace(made, "bowl", after=DAY * 2)
    assert shelf.generations(made) == {made.generation, after.generation}
