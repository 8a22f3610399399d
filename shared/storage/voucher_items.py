"""How a voucher and the holds on it are kept: their items, and the writes that change them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from shared.domain.errors import Moved
from shared.domain.ids import code_hash
from shared.domain.vouchers import Hold, Voucher
from shared.storage.documents import item_of, value_of
from shared.storage.keys import Key, listing, pooling
from shared.storage.table import MOST_WRITES, Item, Table, Write, chunks, create, delete, encoded, update

ATTRIBUTES = ("active", "holder_id", "quantity", "redeemed_quantity", "taken", "published", "deleted", "version")


def voucher_of(item: Item) -> Voucher:
    return value_of(Voucher, item, ATTRIBUTES)


def hold_of(item: Item) -> Hold:
    return Hold(item["SK"].partition("#")[2], datetime.fromtimestamp(item["until"] / 1000, UTC))


def adding(project: str, voucher: Voucher, *, otherwise: Exception) -> Write:
    """The write that makes a voucher."""
    hashed = code_hash(project, voucher.code)
    item = {**item_of(voucher, ATTRIBUTES), **listing(project, "voucher", voucher.id, voucher.created_at)}
    if voucher.campaign_id:
        item |= pooling(project, voucher.campaign_id, hashed, free=not voucher.published)
    return create(Key.voucher(project, hashed), item, otherwise=otherwise)


def minting(project: str, prototype: Voucher, *, otherwise: Exception) -> Callable[[str, str], Write]:
    """What makes, of an id and a code, the write of a voucher that is else like the prototype.

    A hundred thousand vouchers differ in nothing but their code and what derives from it: the rest is written once.
    """
    assert prototype.campaign_id, "only a campaign's codes are many"
    rest = prototype.model_dump_json(exclude_none=True, exclude={*ATTRIBUTES, "id", "code"})[1:]
    attributes = encoded({name: getattr(prototype, name) for name in ATTRIBUTES})
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
    """The write that sets a use aside, or that renews the session's own hold.

    A hold is never swept by TTL: the voucher counts it in ``taken``, and what removes it must lower that count.
    """
    key = Key.hold(project, code_hash(project, voucher.code), hold.session)
    if replacing is None:
        return create(key, {"until": _ms(hold.until)}, otherwise=Moved())
    return update(key, "SET #until = :until", {"until": _ms(hold.until)}, otherwise=Moved())


def dropping(project: str, voucher: Voucher, hold: Hold) -> Write:
    """The write that ends a hold, if it is still the one that was read."""
    key = Key.hold(project, code_hash(project, voucher.code), hold.session)
    return delete(key, only_if="#until = :until", values={"until": _ms(hold.until)}, otherwise=Moved())


def releasing(project: str, voucher: Voucher, hold: Hold) -> tuple[Write, Write]:
    """The writes that give a held use back."""
    key = Key.voucher(project, code_hash(project, voucher.code))
    return (
        dropping(project, voucher, hold),
        update(key, "ADD #taken :less", {"less": -1}, otherwise=Moved()),
    )


def drop_holds(table: Table, project: str, voucher: Voucher) -> None:
    """Remove every hold on a voucher that is to go: it would count against whoever is given the code next."""
    partition = Key.voucher(project, code_hash(project, voucher.code)).PK
    holds = (delete(Key(item["PK"], item["SK"])) for item in table.query(partition, starting="hold#"))
    for piece in chunks(holds, MOST_WRITES):
        table.commit(*piece)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
