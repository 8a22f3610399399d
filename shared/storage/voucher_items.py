"""How a voucher, the holds on it and its credits are kept: their items, and the writes that change them."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from shared.domain.errors import Moved
from shared.domain.escrow import SHARDS, Changes, Shard, counting, shard_for, unchanged, used
from shared.domain.escrow import taking as taking_on
from shared.domain.ids import code_hash
from shared.domain.usages import LapsedHold, Used
from shared.domain.vouchers import Hold, Place, Voucher
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing, pooling, standing_alone
from shared.storage.shards import ON_ONE_ITEM, any_number, changing, keys_of, shard_of, spread_of, spreading
from shared.storage.table import MOST_WRITES, Item, Table, Write, chunks, create, delete, encoded, update
from shared.storage.usages import HeldBy, UsageStore

CREDITS = ("income", "subtracted", "balance", "free")
ATTRIBUTES = (
    *("active", "holder_id", "quantity", "redeemed_quantity", "taken", "published", "deleted", "version", "shards"),
    *CREDITS,
)
UNSPENT = "#active = :yes AND #deleted = :no"
A_USE_IS_LEFT = "(attribute_not_exists(#quantity) OR #taken < #quantity)"
THE_HELD_USE_IS_LEFT = "(attribute_not_exists(#quantity) OR #redeemed_quantity < #quantity)"


FLAGS = ("active", "deleted", "quantity")
"""What the shards of a hot code know of it, so that its own item need not be looked at."""


def voucher_of(item: Item) -> Voucher:
    """A voucher as its item has it; of a hot one, ``vouchers_of`` knows what is counted."""
    return value_of(Voucher, item, ATTRIBUTES)


def voucher_keys(keys: Iterable[Key], items: Mapping[Key, Item] | None = None) -> list[Key]:
    """What is to be read for vouchers, as far as it is known, or told by items that were read already."""
    return keys_of(keys, items)


def vouchers_of(table: Table, keys: Iterable[Key], items: Mapping[Key, Item]) -> dict[Key, Voucher]:
    """The vouchers among some items, with all that their shards have counted."""
    found = [key for key in keys if key in items]
    spread = spread_of(table, found, items)
    return {key: with_shards(voucher_of(items[key]), spread.get(key, ())) for key in found}


def with_shards(voucher: Voucher, shards: Sequence[Item]) -> Voucher:
    """A voucher with what its shards, if it has any, have counted."""
    if not shards:
        return voucher
    spread = tuple(shard_of(shard, "taken") for shard in shards)
    redeemed_on = tuple(shard.get("redeemed_quantity", 0) for shard in shards)
    counts = {"taken": used(spread), "redeemed_quantity": sum(redeemed_on)}
    return voucher.model_copy(update={**counts, "spread": spread, "redeemed_on": redeemed_on})


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
    project: str,
    voucher: Voucher,
    place: Place,
    *,
    credits_: int,
    redeemed: bool,
    spreads: bool = False,
    otherwise: Exception,
) -> list[Write]:
    """The writes that take a use and credits from their place: for good if ``redeemed``, else to be held.

    A code that has become hot ``spreads`` over shards, if the transaction has room for it: nine writes.
    """
    from_holds = place.credits
    more = {"taken": 1 - len(place.holds), "free": from_holds - credits_}
    if redeemed:
        more |= {"redeemed_quantity": 1, "balance": -credits_}
    more = {name: by for name, by in more.items() if by}
    writes = [dropping(project, voucher, hold, otherwise=otherwise) for hold in place.lapsed]
    if not more:
        return writes
    if voucher.shards:
        return [*writes, *_taking_from_shards(project, voucher, more, held=bool(place.holds), otherwise=otherwise)]
    if spreads and voucher.is_hot and not place.holds:
        return [*writes, *_spreading(project, voucher, more, otherwise=otherwise)]
    conditions = [UNSPENT, ON_ONE_ITEM, THE_HELD_USE_IS_LEFT if place.holds else A_USE_IS_LEFT]
    values: Item = {"yes": True, "no": False, **{f"by_{name}": by for name, by in more.items()}}
    if credits_ > from_holds:
        conditions.append("#free >= :needed")
        values["needed"] = credits_ - from_holds
    expression = "ADD " + ", ".join(f"#{name} :by_{name}" for name in more)
    key = Key.voucher(project, code_hash(project, voucher.code))
    return [*writes, update(key, expression, values, only_if=" AND ".join(conditions), otherwise=otherwise)]


def _spreading(project: str, voucher: Voucher, more: Mapping[str, int], *, otherwise: Exception) -> list[Write]:
    alone = (Shard(voucher.taken), *[Shard()] * (SHARDS - 1))
    return spreading(
        Key.voucher(project, code_hash(project, voucher.code)),
        {"taken": alone},
        {"taken": _using(voucher, alone, more["taken"], first=0, otherwise=otherwise)},
        was={"redeemed_quantity": voucher.redeemed_quantity, "version": voucher.version},
        more={"redeemed_quantity": voucher.redeemed_quantity + more.get("redeemed_quantity", 0)},
        common={name: getattr(voucher, name) for name in FLAGS},
        sets={"version": voucher.version + 1},  # who has read it as one item may not change it as such
        otherwise=otherwise,
    )


def _taking_from_shards(
    project: str, voucher: Voucher, more: Mapping[str, int], *, held: bool, otherwise: Exception
) -> list[Write]:
    """A use that is held is left as long as not all are redeemed, though there may be fewer by now than are taken."""
    by = more.get("taken", 0)
    first = shard_for([(by, voucher.spread)], start=any_number())
    conditions = [UNSPENT]
    values: Item = {"yes": True, "no": False}
    if voucher.quantity is None:
        conditions.append("attribute_not_exists(#quantity)")
    else:
        conditions.append("#quantity = :quantity")
        values["quantity"] = voucher.quantity
    beyond = held and voucher.quantity is not None and voucher.taken + by > voucher.quantity
    if beyond:
        uses = counting(by, voucher.spread, first=first)
    else:
        uses = _using(voucher, voucher.spread, by, first=first, otherwise=otherwise)
    return changing(
        Key.voucher(project, code_hash(project, voucher.code)),
        {"taken": uses, **({"redeemed_quantity": unchanged(voucher.redeemed_on)} if beyond else {})},
        more={name: number for name, number in more.items() if name != "taken"},
        first=first,
        only_if=conditions,
        values=values,
        otherwise=otherwise,
    )


def _using(voucher: Voucher, shards: Sequence[Shard], by: int, *, first: int, otherwise: Exception) -> Changes:
    if voucher.quantity is None:
        return counting(by, shards, first=first)
    uses = taking_on(by, shards, most=voucher.quantity, first=first)
    if uses is None:
        raise otherwise
    return uses


def giving_back(project: str, voucher: Voucher, *, redeemed: bool, credits_: int, otherwise: Exception) -> list[Write]:
    """The writes that give a use back, and credits: one that was ``redeemed``, or else held."""
    root = Key.voucher(project, code_hash(project, voucher.code))
    if voucher.shards:
        first = shard_for([], start=any_number())
        uses = {"taken": counting(-1, voucher.spread, first=first)}
        return changing(
            root, uses, more={"redeemed_quantity": -1} if redeemed else {}, first=first, otherwise=otherwise
        )
    less = ["taken", "redeemed_quantity"] if redeemed else ["taken"]
    more = ["free", "balance"] if redeemed else ["free"]
    back: Item = {"less": -1, **({"credits": credits_} if credits_ else {})}
    changes = [*(f"#{name} :less" for name in less), *(f"#{name} :credits" for name in more if credits_)]
    only_if = f"attribute_exists(PK) AND {ON_ONE_ITEM}"
    return [update(root, f"ADD {', '.join(changes)}", back, only_if=only_if, otherwise=otherwise)]


def flagging(project: str, voucher: Voucher) -> list[Write]:
    """The writes that tell the shards of a hot code what it is now: "off" bites at once there, too.

    What is left of it is dealt out anew by whoever uses it next.
    """
    if not voucher.shards:
        return []
    root = Key.voucher(project, code_hash(project, voucher.code))
    told = {name: getattr(voucher, name) for name in FLAGS}
    values = {name: value for name, value in told.items() if value is not None}
    gone = ["taken_left", *(name for name, value in told.items() if value is None)]
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
    expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
    return [update(root.shard(number), expression, values, otherwise=Moved()) for number in range(voucher.shards)]


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


def releasing(table: Table, project: str, voucher: Voucher, hold: Hold) -> list[Write]:
    """The writes that give a held use, held credits and what a hold takes of limits back."""
    moved = Moved()
    back = giving_back(project, voucher, redeemed=False, credits_=hold.credits, otherwise=moved)
    return [
        dropping(project, voucher, hold, otherwise=moved),
        *back,
        *_uncounting(table, project, voucher.id[2:], hold),
    ]


def clear(table: Table, project: str, lapsed: Iterable[LapsedHold]) -> None:
    """Clear lapsed holds away that stand in the way, each for itself: what is nobody's can go at any time.

    Raises:
        Moved: if somebody else is about to.
    """
    keys = {Key.hold(project, it.code_hash, it.session): it for it in lapsed}
    vouchers = {hashed: Key.voucher(project, hashed) for hashed in {it.code_hash for it in keys.values()}}
    items = table.get_many([*keys, *voucher_keys(vouchers.values())]) if keys else {}
    found = vouchers_of(table, vouchers.values(), items)
    for key, it in keys.items():
        hold = hold_of(items[key]) if key in items else None
        if hold and hold.until == it.since:
            voucher = found.get(vouchers[it.code_hash])
            gone = [delete(key, otherwise=Moved()), *_uncounting(table, project, it.code_hash, hold)]
            table.commit(*(releasing(table, project, voucher, hold) if voucher else gone))


def removing(project: str, voucher: Voucher) -> list[Write]:
    """The writes that remove a voucher for good, with all its shards, if nobody has changed or taken of it since: so
    none goes with a rule that was put on it meanwhile, and no hold that has just begun is left behind.
    """
    key = Key.voucher(project, code_hash(project, voucher.code))
    if not voucher.shards:
        as_it_was, values = f"#taken = :taken AND {ON_ONE_ITEM}", {"taken": voucher.taken}
    else:
        as_it_was, values = "attribute_exists(#shards)", {}
    going = delete(
        key,
        only_if=f"attribute_not_exists(PK) OR (#version = :was AND {as_it_was})",
        values={"was": voucher.version, **values},
        otherwise=Moved(),
    )
    return [going, *(_removing_shard(key.shard(number), its) for number, its in enumerate(voucher.spread))]


def _removing_shard(key: Key, its: Shard) -> Write:
    only_if = "attribute_not_exists(PK) OR #taken = :taken"
    return delete(key, only_if=only_if, values={"taken": its.used}, otherwise=Moved())


def drop_company(table: Table, project: str, voucher: Voucher) -> None:
    """Remove what stands beside a voucher that is to go, holds and changes of its credits: they would count against
    whoever is given the code next, and the holds against limits.

    Raises:
        Moved: if a hold that counts against limits is another by now.
    """
    partition = Key.voucher(project, code_hash(project, voucher.code)).PK
    items = [item for item in table.query(partition) if item["SK"] != "voucher"]
    for item in items:
        if "counted" in item:
            hold = hold_of(item)
            uncounting = _uncounting(table, project, voucher.id[2:], hold)
            table.commit(dropping(project, voucher, hold, otherwise=Moved()), *uncounting)
    alone = (delete(Key(item["PK"], item["SK"])) for item in items if "counted" not in item)
    for piece in chunks(alone, MOST_WRITES):
        table.commit(*piece)


def _uncounting(table: Table, project: str, hashed: str, hold: Hold) -> list[Write]:
    """The writes that give back what a hold takes of limits."""
    if not hold.counted:
        return []
    return UsageStore(table, project).ending(HeldBy(hashed, hold), otherwise=Moved())


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
