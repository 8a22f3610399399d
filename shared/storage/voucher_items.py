"""How a voucher, the holds on it and its credits are kept: their items, and the writes that change them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from shared.domain.errors import Moved
from shared.domain.ids import code_hash
from shared.domain.usages import Used
from shared.domain.vouchers import Hold, Place, Voucher
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing, pooling, standing_alone
from shared.storage.table import MOST_WRITES, Item, Table, Write, chunks, create, delete, encoded, update

CREDITS = ("income", "subtracted", "balance", "free")
ATTRIBUTES = (
    *("active", "holder_id", "quantity", "redeemed_quantity", "taken", "published", "deleted", "version"),
    *CREDITS,
)
UNSPENT = "attribute_exists(PK) AND #active = :yes AND #deleted = :no"
A_USE_IS_LEFT = "(attribute_not_exists(#quantity) OR #taken < #quantity)"
THE_HELD_USE_IS_LEFT = "(attribute_not_exists(#quantity) OR #redeemed_quantity < #quantity)"


def voucher_of(item: Item) -> Voucher:
    return value_of(Voucher, item, ATTRIBUTES)


def item_of_voucher(voucher: Voucher) -> Item:
    """Only a gift card has credits to count."""
    item = item_of(voucher, ATTRIBUTES)
    if voucher.type != "GIFT_VOUCHER":
        for name in CREDITS:
            del item[name]
    return item


def hold_of(item: Item) -> Hold:
    until = datetime.fromtimestamp(item["until"] / 1000, UTC)
    counted = {name: Used(*used) for name, used in json.loads(item.get("counted", "{}")).items()}
    return Hold(item["SK"].partition("#")[2], until, item.get("credits", 0), counted)


def adding(project: str, voucher: Voucher, *, otherwise: Exception) -> Write:
    """The write that makes a voucher."""
    hashed = code_hash(project, voucher.code)
    item = {**item_of_voucher(voucher), **listing(project, "voucher", voucher.id, voucher.created_at)}
    if voucher.campaign_id:
        item |= pooling(project, voucher.campaign_id, hashed, free=not voucher.published)
    else:
        item |= standing_alone(project, voucher.id, voucher.created_at)
    return create(Key.voucher(project, hashed), item, otherwise=otherwise)


def taking(
    project: str, voucher: Voucher, place: Place, *, credits_: int, redeemed: bool, otherwise: Exception
) -> list[Write]:
    """The writes that take a use and credits from their place: for good if ``redeemed``, else to be held."""
    from_holds = place.credits
    more = {"taken": 1 - len(place.holds), "free": from_holds - credits_}
    if redeemed:
        more |= {"redeemed_quantity": 1, "balance": -credits_}
    more = {name: by for name, by in more.items() if by}
    writes = [dropping(project, voucher, hold, otherwise=otherwise) for hold in place.lapsed]
    if not more:
        return writes
    conditions = [UNSPENT, THE_HELD_USE_IS_LEFT if place.holds else A_USE_IS_LEFT]
    values: Item = {"yes": True, "no": False, **{f"by_{name}": by for name, by in more.items()}}
    if credits_ > from_holds:
        conditions.append("#free >= :needed")
        values["needed"] = credits_ - from_holds
    expression = "ADD " + ", ".join(f"#{name} :by_{name}" for name in more)
    key = Key.voucher(project, code_hash(project, voucher.code))
    return [*writes, update(key, expression, values, only_if=" AND ".join(conditions), otherwise=otherwise)]


def minting(project: str, prototype: Voucher, *, otherwise: Exception) -> Callable[[str, str], Write]:
    """What makes, of an id and a code, the write of a voucher that is else like the prototype.

    A hundred thousand vouchers differ in nothing but their code and what derives from it: the rest is written once.
    """
    assert prototype.campaign_id, "only a campaign's codes are many"
    rest = prototype.model_dump_json(exclude_none=True, exclude={*ATTRIBUTES, "id", "code"})[1:]
    attributes = encoded({name: value for name, value in item_of_voucher(prototype).items() if name != "document"})
    at, campaign_id, free = prototype.created_at, prototype.campaign_id, not prototype.published

    def minted(id_: str, code: str) -> Write:
        hashed = id_[2:]
        item = {
            **Key.voucher(project, hashed)._asdict(),
            "document": f'{{"id":"{id_}","code":{json.dumps(code, ensure_ascii=False)},{rest}',
            **listing(project, "voucher", id_, at),
            **pooling(project, campaign_id, hashed, free=free),
        }
        body = {**{name: {"S": text} for name, text in item.items()}, **attributes}
        return Write({"Put": {"Item": body, "ConditionExpression": "attribute_not_exists(PK)"}}, otherwise)

    return minted


def holding(project: str, voucher: Voucher, hold: Hold, *, replacing: Hold | None) -> Write:
    """The write that sets a use, and credits, aside, or that renews the session's own hold.

    A hold is never swept by TTL: the voucher counts it in ``taken``, and what removes it must lower that count.
    """
    key = Key.hold(project, code_hash(project, voucher.code), hold.session)
    item = _item_of_hold(hold)
    if replacing is None:
        return create(key, item, otherwise=Moved())
    if not (hold.credits or hold.counted or replacing.credits or replacing.counted):
        return update(key, "SET #until = :until", item, otherwise=Moved())
    only_if, values = _as_read(replacing)
    sets = [f"#{name} = :next_{name}" for name in item]
    removes = [f"#{name}" for name in ("credits", "counted") if name not in item]
    expression = "SET " + ", ".join(sets) + (" REMOVE " + ", ".join(removes) if removes else "")
    values |= {f"next_{name}": value for name, value in item.items()}
    return update(key, expression, values, only_if=only_if, otherwise=Moved())


def dropping(project: str, voucher: Voucher, hold: Hold, *, otherwise: Exception) -> Write:
    """The write that ends a hold, if it is still the one that was read."""
    key = Key.hold(project, code_hash(project, voucher.code), hold.session)
    only_if, values = _as_read(hold)
    return delete(key, only_if=only_if, values=values, otherwise=otherwise)


def _as_read(hold: Hold) -> tuple[str, Item]:
    values = _item_of_hold(hold)
    return " AND ".join(f"#{name} = :{name}" for name in values), values


def _item_of_hold(hold: Hold) -> Item:
    item: Item = {"until": _ms(hold.until)}
    if hold.credits:
        item["credits"] = hold.credits
    if hold.counted:
        item["counted"] = json.dumps(hold.counted, separators=(",", ":"), sort_keys=True)
    return item


def releasing(project: str, voucher: Voucher, hold: Hold) -> tuple[Write, Write]:
    """The writes that give a held use, and held credits, back."""
    key = Key.voucher(project, code_hash(project, voucher.code))
    back: Item = {"less": -1, **({"credits": hold.credits} if hold.credits else {})}
    expression = "ADD #taken :less" + (", #free :credits" if hold.credits else "")
    return dropping(project, voucher, hold, otherwise=Moved()), update(key, expression, back, otherwise=Moved())


def removing(project: str, voucher: Voucher) -> Write:
    """The write that removes a voucher for good, if nobody has changed it since; so none goes with a rule that was put
    on it meanwhile.
    """
    key = Key.voucher(project, code_hash(project, voucher.code))
    return delete(
        key,
        only_if="attribute_not_exists(PK) OR #version = :was",
        values={"was": voucher.version},
        otherwise=Moved(),
    )


def drop_company(table: Table, project: str, voucher: Voucher) -> None:
    """Remove what stands beside a voucher that is to go, holds and changes of its credits: they would count against
    whoever is given the code next.
    """
    partition = Key.voucher(project, code_hash(project, voucher.code)).PK
    items = (item for item in table.query(partition) if item["SK"] != "voucher")
    for piece in chunks((delete(Key(item["PK"], item["SK"])) for item in items), MOST_WRITES):
        table.commit(*piece)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
