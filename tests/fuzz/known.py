"""What a fuzzing client has come to know: codes, ids and names of real things, to be named again in what it asks."""

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from random import Random
from typing import Any

ID = re.compile(r"([a-z]+)_[0-9a-zA-Z]{8,}")
FROM_FIELDS = {
    "code": "code",
    "source_id": "source",
    "async_action_id": "async",
    "access_token": "token",
}
LONGEST = 200
REMEMBERED = 60
"""Things of a kind; older ones are forgotten, so that what was deleted long ago is not asked for for ever."""

KINDS = {
    "code": ("code", "code", "code", "v"),
    "campaign": ("camp", "campaign name"),
    "redemption": ("r", "r", "r", "rf", "rr", "parent"),
    "action": ("async",),
    "session": ("session",),
    "session_key": ("session",),
    "customer": ("cust", "source"),
    "order": ("ord", "source"),
    "product": ("prod", "prod", "source"),
    "sku": ("sku",),
    "collection": ("pc",),
    "publication": ("pub",),
    "segment": ("seg",),
    "schedule": ("sch",),
    "template": ("tmpl",),
    "delivery": ("dlv",),
    "voucher": ("code", "v"),
    "validation_rule": ("val",),
    "rule": ("val",),
    "assignment": ("asgm",),
    "related_object": ("v", "v", "camp", "code"),
    "access_token": ("token",),
}
"""What a parameter of a path, or a field, may name. One that is not listed here is tried as an id's prefix."""


class Known:
    """Things by kind, the newest last."""

    def __init__(self) -> None:
        self._things: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def learn(self, said: Any) -> None:
        """Remember what an answer names."""
        for kind, name in _named(said):
            things = self._things[kind]
            if name not in things:
                things.append(name)

    def one(self, random: Random, parameter: str) -> str | None:
        """Something that the parameter may name, if such a thing is known."""
        kinds = KINDS.get(parameter) or KINDS.get(parameter.removesuffix("_id")) or (parameter.removesuffix("_id"),)
        return self._drawn(random, [kind for kind in kinds if self._things.get(kind)])

    def any_one(self, random: Random) -> str | None:
        """Something of whatever kind."""
        return self._drawn(random, [kind for kind, things in self._things.items() if things])

    def _drawn(self, random: Random, kinds: list[str]) -> str | None:
        return random.choice(self._things[random.choice(kinds)]) if kinds else None


def _named(said: Any) -> Iterator[tuple[str, str]]:
    """Each thing in an answer, as its kind and its name.

    >>> sorted(_named({"id": "camp_0123456789", "name": "Spring", "object": "campaign"}))
    [('camp', 'camp_0123456789'), ('campaign name', 'Spring')]
    """
    if isinstance(said, list):
        for inner in said:
            yield from _named(inner)
    elif isinstance(said, dict):
        for field, inner in said.items():
            if isinstance(inner, dict | list):
                yield from _named(inner)
            elif isinstance(inner, str) and (kind := _kind(field, inner, said)):
                yield kind, inner
        yield from _itself(said)


def _itself(said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a thing is by more than one of its fields."""
    if isinstance(parent := said.get("parent_redemption"), dict):
        yield "parent", parent["id"]
    if said.get("type") == "GIFT_VOUCHER" and isinstance(said.get("code"), str):
        yield "card", said["code"]
    if said.get("object") == "validation_rules_assignment" and isinstance(said.get("rule_id"), str):
        yield "assigned", f"{said['rule_id']}/{said['id']}"
    if said.get("object") == "message_template" and isinstance(said.get("channel"), str):
        yield f"{said['channel']} template", said["id"]
    if said.get("object") == "sku" and isinstance(said.get("product_id"), str):
        yield "variant", f"{said['product_id']}/skus/{said['id']}"
    if said.get("valid") is True and (session := said.get("session")):
        yield from (("held", f"{it['id']}/{session['key']}") for it in said["redeemables"])


def _kind(field: str, name: str, of: Any) -> str | None:
    if field == "key":
        return "session" if of.get("type") == "LOCK" else None
    if field in FROM_FIELDS:
        return FROM_FIELDS[field] if 0 < len(name) <= LONGEST else None
    if field == "name":
        return "campaign name" if of.get("object") == "campaign" else None
    found = ID.fullmatch(name)
    return found[1] if found else None
