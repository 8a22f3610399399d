"""Requests that could be meant. For the checkout by hand; for every other route from the official SDK's own models, so
that a route which is new here is asked from its first day.
"""

import inspect
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Annotated, Any, get_args, get_origin
from urllib.parse import quote

from pydantic import BaseModel

from tests.fuzz import sdk
from tests.fuzz.known import Known

Json = Any
NOW = datetime(2026, 6, 1, tzinfo=UTC)
WORDS = (
    "Spring",
    "мир",
    "İNDİRİM",
    "straße",
    "mug",
    "x",
    "0",
    "null",
    "Ann O'Neill",
    "naïve",
    "🍬",
    "a b",
    "A-1",
    "%20",
)
DEEPEST = 5

KINDS = ("Payment", "Shoe_size", "delivery", "X1")
"""Kinds of things with metadata; none that other requests send, lest a schema refuse them all."""

QUERIES: dict[str, tuple[str, ...]] = {
    "limit": ("1", "10", "100"),
    "page": ("1", "2", "1000"),
    "order": ("created_at", "-created_at", "id", "-id", "-updated_at", "-expiration_date", "code", "-name"),
    "[created_at][before]": ("2030-01-01T00:00:00.000Z",),
    "[created_at][after]": ("2001-01-01T00:00:00.000Z",),
    "created_at[after]": ("2001-01-01", "2030-01-01T00:00:00.000Z"),
    "filters[junction]": ("and", "or", "AND"),
    "filters[code][conditions][$in][0]": ("SPRING", "a,b"),
    "filters[code][conditions][%24starts_with][0]": ("F",),
    "filters[code][conditions][$contains]": ("1",),
    "filters[created_at][conditions][$after][0]": ("2020-01-01T00:00:00.000Z",),
    "filters[created_at][conditions][$more_than][0]": ("1",),
    "filters[result][conditions][$is]": ("SUCCESS", "FAILURE"),
    "filters[campaign_id][conditions][$is_unknown]": ("true", ""),
    "filters[redemption.quantity][conditions][$less_than][0]": ("3", "3.5"),
    "filters[metadata.club][conditions][$is][0]": ("VIP",),
    "filters[email][conditions][$ends_with][0]": ("example.com",),
    "filters[total_amount][conditions][$more_than_or_equal][0]": ("100",),
    "starting_after": ("2026-01-01T00:00:00.000Z",),
    "starting_after_id": (),
    "cursor": (),
    "campaign": (),
    "campaign_id": (),
    "customer": (),
    "voucher": (),
    "code": (),
    "result": ("SUCCESS", "FAILURE", "success"),
    "force": ("true", "1", "false"),
    "join_once": ("true", "false"),
    "vouchers_count": ("1", "2", "20"),
    "reason": ("returned",),
    "tracking_id": ("visitor-1",),
    "expand": ("redeemable", "category"),
    "campaign[name]": (),
    "customer[source_id]": ("ann", "bob"),
    "email": ("ann@example.com",),
    "city": ("Cork",),
    "voucher_type": ("DISCOUNT_VOUCHER",),
    "is_referral_code": ("false",),
    "source_id": (),
    "rule": (),
    "related_object_id": (),
    "start_date": ("2001-01-01T00:00:00.000Z",),
    "segment_id": (),
    "schedule_id": (),
    "status": ("SENT", "DEFERRED", "sent"),
    "channel": ("email", "sms"),
    "day": ("2026-06-01",),
    "from": ("2026-06-01", "2026-06-01T09:00:00.000Z"),
    "to": ("2026-07-01", "2027-01-01T00:00:00.000Z"),
}
"""What query strings say; where no value stands, something known."""

ASKED_BY_QUERY = {"GET /v1/publications/create": ("campaign[name]", "customer[source_id]")}
"""Routes that do what their query says."""


class Maker:
    """Makes values that could be meant. Codes are new ones or known ones."""

    def __init__(self, random: Random, known: Known, name: str) -> None:
        self.random = random
        self.known = known
        self._name = name
        self._made = 0

    def likely(self, chance: float) -> bool:
        return self.random.random() < chance

    def new(self) -> str:
        """A name that nobody has used in this run."""
        self._made += 1
        return f"{self._name}-{self._made}"

    def named(self, parameter: str) -> str:
        """Something that is there, as a rule; else something new, or of another kind."""
        known = self.known.one(self.random, parameter) if self.likely(0.9) else self.known.any_one(self.random)
        return known if known and self.likely(0.95) else self.new()

    def path(self, template: str, *, make: bool) -> str:
        """A route's path with its parameters filled in; ``make`` asks for a new code where one can be given."""
        if template.endswith("/sessions/{session_key}") and (held := self.known.one(self.random, "held")):
            code, _, session = held.partition("/")
            return f"/v1/vouchers/{quote(code, safe='')}/sessions/{quote(session, safe='')}"

        if template.endswith("/assignments/{assignment_id}") and (held := self.known.one(self.random, "assigned")):
            rule, _, assignment = held.partition("/")
            return f"/v1/validation-rules/{quote(rule, safe='')}/assignments/{quote(assignment, safe='')}"

        if template.endswith("{product_id}/skus/{sku_id}") and (variant := self.known.one(self.random, "variant")):
            return f"/v1/products/{quote(variant)}"

        def filled(found: re.Match[str]) -> str:
            if found[1] == "resource":
                return self.random.choice(KINDS)
            if "{code}/balance" in template or "{code}/transactions" in template:
                return quote(self.named("card"), safe="")
            fresh = make and found[1] == "code" and self.likely(0.8)
            return quote(self.new() if fresh else self.named(found[1]), safe="")

        return re.sub(r"{(\w+)}", filled, template)

    def query(self, route: str = "") -> list[tuple[str, str]]:
        if route in ASKED_BY_QUERY and self.likely(0.8):
            return [(name, self._value(name)) for name in ASKED_BY_QUERY[route]]
        names = self.random.sample(list(QUERIES), self.random.choice((0, 0, 1, 1, 2, 3)))
        return [(name, self._value(name)) for name in names]

    def _value(self, name: str) -> str:
        return self.random.choice(QUERIES[name]) if QUERIES[name] else self.named(name.partition("[")[0])

    def text(self) -> str:
        return self.random.choice(WORDS)

    def moment(self) -> str:
        at = NOW + timedelta(days=self.random.randint(-900, 900), milliseconds=self.random.randint(0, 86_400_000))
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def day(self) -> str:
        return (date(1970, 1, 1) + timedelta(days=self.random.randint(0, 18_000))).isoformat()

    def amount(self) -> int:
        return self.random.choice((0, 1, 99, 100, 500, 999, 1_000, 2_000, 10_000, 123_456, 9_999_999))

    def metadata(self) -> Json:
        return {
            self.text(): self.random.choice((1, 1.5, True, None, "VIP", [], [1, "a"], {"a": {"b": 1}}))
            for _ in range(self.random.randint(0, 3))
        }

    def customer(self) -> Json:
        who = self.random.choice(({"source_id": self.named("source")}, {"id": self.named("customer")}, {}))
        more = {
            "name": self.text(),
            "email": "ann@example.com",
            "phone": self.random.choice(("+353 1 234 5678", "01 234 5678")),
            "birthdate": self.day(),
            "address": {"city": "Cork", "country": self.random.choice(("IE", self.text())), "postal_code": "T12"},
            "time_zone": self.random.choice(("Europe/Dublin", "Pacific/Apia")),
            "locale": "en-IE",
            "metadata": self.metadata(),
        }
        return who | self.some(more)

    def item(self) -> Json:
        return self.some(
            {
                "product_id": self.text(),
                "sku_id": self.text(),
                "source_id": self.text(),
                "related_object": self.random.choice(("product", "sku")),
                "quantity": self.random.choice((0, 1, 2, 3, 500)),
                "price": self.amount(),
                "amount": self.amount(),
                "product": self.some({"name": self.text(), "metadata": self.metadata()}),
                "metadata": self.metadata(),
            }
        )

    def order(self) -> Json:
        return self.some(
            {
                "id": self.named("order"),
                "source_id": self.random.choice((self.named("source"), self.new())),
                "amount": self.amount(),
                "items": [self.item() for _ in range(self.random.randint(0, 4))],
                "status": self.random.choice(("CREATED", "PAID", "CANCELED", "FULFILLED")),
                "metadata": self.metadata(),
            },
            chance=0.6,
        )

    def discount(self) -> Json:
        kind = self.random.choice(("AMOUNT", "PERCENT", "FIXED"))
        worth = {
            "AMOUNT": {"amount_off": self.amount()},
            "PERCENT": {"percent_off": self.random.choice((0, 5, 12.5, 33.3333, 100))},
            "FIXED": {"fixed_amount": self.amount()},
        }
        capped = {"amount_limit": 50_00} if kind == "PERCENT" and self.likely(0.3) else {}
        return {"type": kind, **worth[kind], **capped}

    def window(self) -> Json:
        """When an offer holds; seldom, for a code that is never valid is no use."""
        if self.likely(0.8):
            return {}
        hours = {"start_time": "08:00", "expiration_time": "20:00", "days_of_week": [0, 1, 2, 3, 4, 5, 6]}
        return self.some(
            {
                "start_date": self.moment(),
                "expiration_date": self.moment(),
                "validity_timeframe": {"interval": "P2D", "duration": "P1D"},
                "validity_day_of_week": self.random.sample(range(7), self.random.randint(1, 7)),
                "validity_hours": {"daily": [hours]},
                "activity_duration_after_publishing": "P24D",
            }
        )

    def rules(self) -> list[Json]:
        """The rules that a new thing shall be under; few, for a code that nobody may use is no use."""
        return [self.named("rule") if self.likely(0.6) else rule(self) for _ in range(self.random.choice((1, 1, 2)))]

    def code_config(self) -> Json:
        return self.some(
            {
                "length": self.random.choice((6, 8, 12)),
                "charset": self.random.choice(("alphanumeric", "alphabetic", "numbers", "0123456789ABCDEF")),
                "prefix": "F-",
                "postfix": "-Z",
                "pattern": "F-####-####",
            },
            chance=0.3,
        )

    def some(self, fields: dict[str, Any], *, chance: float = 0.5) -> dict[str, Any]:
        """Some of the fields; now and then null in place of one."""
        kept = {name: value for name, value in fields.items() if self.likely(chance)}
        return {name: None if self.likely(0.04) else value for name, value in kept.items()}

    def like(self, annotation: Any, depth: int = 0) -> Json:
        """A value that an annotation of the SDK would take."""
        if depth > DEEPEST:
            return None
        inner = [it for it in get_args(annotation) if it is not type(None)]
        match get_origin(annotation):
            case None if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
                return self._of_model(annotation, depth)
            case None:
                return PLAIN.get(annotation, Maker.text)(self)
            case origin if origin is list:
                return [self.like(inner[0], depth + 1) for _ in range(self.random.randint(0, 3))]
            case origin if origin is dict:
                return self.metadata()
            case origin:  # Annotated has one type that counts, Union several
                return self.like(inner[0] if origin is Annotated else self.random.choice(inner), depth)

    def _of_model(self, model: type[BaseModel], depth: int) -> Json:
        variants = [field for field in model.model_fields if re.match(r"(one|any)of_schema_", field)]
        if variants:
            return self.like(model.model_fields[self.random.choice(variants)].annotation, depth)
        chance = 0.7 if depth == 0 else 0.4
        said = {}
        for field, info in model.model_fields.items():
            if info.is_required() or self.likely(chance):
                said[info.alias or field] = self._field(model, field, depth + 1)
        return said

    def _field(self, model: type[BaseModel], field: str, depth: int) -> Json:
        if words := words_of(model, field):
            return self.random.choice(words)
        if field in BY_NAME and self.likely(0.8):
            return BY_NAME[field](self)
        return self.like(model.model_fields[field].annotation, depth)


@cache
def words_of(model: type[BaseModel], field: str) -> tuple[str, ...]:
    """The words that the SDK lets a field hold, where they are few."""
    check = getattr(model, f"{field}_validate_enum", None)
    found = re.search(r"set\(\[(.*?)\]\)", inspect.getsource(check)) if check else None
    return tuple(re.findall(r"'([^']*)'", found[1])) if found else ()


PLAIN: dict[Any, Callable[[Maker], Json]] = {
    int: lambda make: make.random.choice((0, 1, 2, 10, 100)),
    float: lambda make: make.random.choice((0.0, 0.5, 12.5, 100.0)),
    bool: lambda make: make.likely(0.5),
    datetime: Maker.moment,
    date: Maker.day,
}

BY_NAME: dict[str, Callable[[Maker], Json]] = {
    "active": lambda make: make.likely(0.9),
    "amount": Maker.amount,
    "balance": Maker.amount,
    "campaign": lambda make: make.named("campaign"),
    "campaign_id": lambda make: make.named("campaign"),
    "code": lambda make: make.named("code"),
    "code_config": Maker.code_config,
    "count": lambda make: make.random.choice((1, 1, 2)),
    "customer": Maker.customer,
    "customer_id": lambda make: make.named("customer"),
    "discount": Maker.discount,
    "email": lambda make: "ann@example.com",
    "items": lambda make: [make.item() for _ in range(make.random.randint(0, 4))],
    "metadata": Maker.metadata,
    "order": Maker.order,
    "order_id": lambda make: make.named("order"),
    "phone": lambda make: "+353 1 234 5678",
    "quantity": lambda make: make.random.choice((None, 1, 1, 2, 100)),
    "redemption": lambda make: {"quantity": make.random.choice((None, 1, 1, 2, 100))},
    "source_id": lambda make: make.random.choice((make.named("source"), make.new())),
    "validation_rules": lambda make: make.rules(),
    "voucher": lambda make: make.named("code"),
    "vouchers_count": lambda make: make.random.choice((0, 1, 2, 20)),
}
"""Fields that name things or must fit one another; what is asked for them as their type says would rarely be taken."""


def checkout(make: Maker) -> Json:
    session = {"type": "LOCK", "key": make.random.choice((make.named("session"), make.new()))}
    return {
        "redeemables": [
            {
                "object": "voucher",
                "id": make.named("code"),
                **make.some({"gift": {"credits": make.amount()}}, chance=0.1),
            }
            for _ in range(make.random.choice((1, 1, 1, 2, 3)))
        ],
        **make.some({"order": make.order()}, chance=0.9),
        **make.some(
            {
                "customer": make.customer(),
                "session": session | make.some({"ttl": 7, "ttl_unit": make.random.choice(("DAYS", "HOURS"))}),
                "metadata": make.metadata(),
                "tracking_id": make.text(),
                "options": {"expand": ["order"]},
            },
            chance=0.25,
        ),
    }


def worth(make: Maker) -> Json:
    if make.likely(0.25):
        effect = make.some({"effect": make.random.choice(("APPLY_TO_ORDER", "APPLY_TO_ITEMS"))}, chance=0.2)
        return {"type": "GIFT_VOUCHER", "gift": {"amount": make.amount(), **effect}}
    return {"type": "DISCOUNT_VOUCHER", "discount": make.discount()}


RULES: tuple[Callable[[Maker], Json], ...] = (
    lambda make: {"name": "order.amount", "conditions": {"$more_than": [make.amount()]}},
    lambda make: {"name": "order.amount", "conditions": {"$less_than_or_equal": make.amount()}},
    lambda make: {"name": "customer.metadata", "property": make.text(), "conditions": {"$is": ["VIP", make.text()]}},
    lambda make: {"name": "customer.segment", "conditions": {"$is_not": [make.named("seg")]}},
    lambda make: {"name": "order.metadata", "property": "shop", "conditions": {"$starts_with": [make.text()]}},
    lambda make: {"name": "redemption.count.per_customer", "conditions": {"$less_than_or_equal": [2]}},
    lambda make: {"name": "campaign.redemptions.count.daily", "conditions": {"$less_than": [make.amount()]}},
    lambda make: {"name": "product.id", "conditions": {"$is_not": [{"object": "product", "id": make.named("prod")}]}},
    lambda make: {"name": "order.items.any", "conditions": {"$is": [{"id": make.text()}]}, "rules": at_least(make)},
)
"""One rule each, and most orders meet it."""


def at_least(make: Maker) -> Json:
    return {"1": {"name": "order.items.quantity", "conditions": {"$more_than": [make.random.choice((0, 1, 5))]}}}


def rule(make: Maker) -> Json:
    count = make.random.choice((1, 1, 2, 3))
    keys = [str(number) for number in range(1, count + 1)]
    rules: dict[str, Json] = {key: make.random.choice(RULES)(make) for key in keys}
    if make.likely(0.5):
        rules["logic"] = {1: "1", 2: "1 OR 2", 3: "1 AND (2 OR 3)"}[count]
    included = [{"object": "product", "id": make.text(), "effect": "APPLY_TO_EVERY"}]
    more = {
        "error": {"message": make.text()},
        "applicable_to": {"included": included, "excluded": [], "included_all": make.likely(0.5)},
        "bundle_rules": {},
        "context_type": "global",
        "type": "expression",
    }
    return {"name": make.text(), "rules": rules, **make.some(more, chance=0.3)}


def assignment(make: Maker) -> Json:
    return make.random.choice(
        (
            {"related_object_type": "voucher", "related_object_id": make.named("code")},
            {"related_object_type": "campaign", "related_object_id": make.named("campaign")},
            {"voucher": make.named("code")},
            {"campaign": make.named("campaign")},
        )
    )


def voucher(make: Maker) -> Json:
    more = {"category": make.text(), "metadata": make.metadata(), "additional_info": make.text(), "active": True}
    under = make.some({"validation_rules": make.rules()}, chance=0.1)
    return {
        **under,
        **worth(make),
        "redemption": {"quantity": make.random.choice((None, 1, 1, 2, 100))},
        **make.some(more, chance=0.3),
        **make.window(),
    }


def voucher_anywhere(make: Maker) -> Json:
    where = {"code": make.new(), "campaign": make.named("campaign"), "code_config": make.code_config()}
    return voucher(make) | make.some(where, chance=0.3)


def campaign(make: Maker) -> Json:
    more = {
        "vouchers_count": make.random.choice((0, 1, 2, 20)),
        "join_once": make.likely(0.5),
        "description": make.text(),
        "category": make.text(),
        "metadata": make.metadata(),
        "active": make.likely(0.9),
        **make.some({"validation_rules": make.rules()}, chance=0.2),
    }
    offer = {**worth(make), "code_config": make.code_config()}
    return {
        "name": make.new(),
        "campaign_type": "DISCOUNT_COUPONS",
        "type": make.random.choice(("AUTO_UPDATE", "STATIC")),
        "voucher": offer | {"redemption": {"quantity": make.random.choice((None, 1, 2))}},
        **make.some(more, chance=0.4),
        **make.window(),
    }


def voucher_change(make: Maker) -> Json:
    more = {"category": make.text(), "metadata": make.metadata(), "additional_info": make.text(), "active": True}
    return make.some({**more, "discount": make.discount()}, chance=0.3) | make.window()


def campaign_change(make: Maker) -> Json:
    more = {"description": make.text(), "metadata": make.metadata(), "category": make.text(), "join_once": True}
    return make.some({**more, "unset_metadata_fields": [make.text()]}, chance=0.3) | make.window()


def credit(make: Maker) -> Json:
    amount = make.random.choice((1, 500, 10_000, -1, -100))
    return {"amount": amount, **make.some({"source_id": make.new(), "reason": make.text()}, chance=0.3)}


def publication(make: Maker) -> Json:
    from_where = make.random.choice(
        (
            {"campaign": {"name": make.named("campaign"), "count": make.random.choice((1, 1, 2))}},
            {"campaign": {"id": make.named("campaign")}},
            {"voucher": make.named("code")},
        )
    )
    more = {"source_id": make.named("source"), "metadata": make.metadata(), "channel": "API"}
    return {**from_where, "customer": make.customer(), **make.some(more, chance=0.3)}


def product(make: Maker) -> Json:
    more = {"name": make.text(), "price": make.amount(), "attributes": ["color"], "metadata": make.metadata()}
    return make.random.choice(({"source_id": make.new()}, {"source_id": make.named("source")}, {})) | make.some(more)


def sku(make: Maker) -> Json:
    more = {"sku": make.text(), "price": make.amount(), "currency": "EUR", "attributes": {"color": make.text()}}
    return make.random.choice(({"source_id": make.new()}, {"source_id": make.named("source")}, {})) | make.some(more)


def collection(make: Maker) -> Json:
    if make.likely(0.6):
        kinds = (("product", make.named("product")), ("sku", make.named("sku")), ("product", make.text()))
        named = [make.random.choice(kinds) for _ in range(make.random.choice((0, 1, 3, 30)))]
        return {"name": make.text(), "products": [{"object": kind, "id": id_} for kind, id_ in named]}
    conditions = {
        "name": {"$contains": [make.text()]},
        "price": {"$more_than": [make.amount()]},
        "metadata.club": {"$is_not": ["VIP"]},
        "created_at": {"$after": [make.moment()]},
    }
    wanted = make.random.sample(list(conditions), make.random.randint(1, 3))
    filter_ = {path: {"conditions": conditions[path]} for path in wanted}
    return {"name": make.text(), "type": "AUTO_UPDATE", "filter": {"junction": "or", **filter_}}


def qualification(make: Maker) -> Json:
    scenarios = ("ALL", "CUSTOMER_WALLET", "AUDIENCE_ONLY", "PRODUCTS", "PROMOTION_STACKS", "PRODUCTS_BY_CUSTOMER")
    filters = {
        "category": {"conditions": {"$in": [make.text()]}},
        "resource_type": {"conditions": {"$is": [make.random.choice(("campaign", "voucher"))]}},
        "code": {"conditions": {"$is_not": [make.named("code")]}},
    }
    options = {
        "limit": make.random.choice((1, 5, 50)),
        "sorting_rule": make.random.choice(("DEFAULT", "BEST_DEAL", "LEAST_DEAL")),
        "filters": make.some(filters),
        "expand": ["redeemable", "category", "validation_rules"],
    }
    asked = {"scenario": make.random.choice(scenarios), "order": make.order(), "metadata": make.metadata()}
    asked |= {"customer": make.customer(), "tracking_id": make.text(), "options": options}
    return make.some(asked)


def schema(make: Maker) -> Json:
    kinds = ("string", "number", "boolean", "date", "datetime", "geopoint", "image_url", "object")
    more = {"optional": make.likely(0.8), "array": make.likely(0.2), "deleted": make.likely(0.1)}
    properties = {make.text(): {"type": make.random.choice(kinds), **make.some(more)} for _ in range(3)}
    return {"properties": properties, "allow_defined_only": make.likely(0.2)}


def filter_of_people(make: Maker) -> Json:
    conditions: dict[str, Json] = {
        "metadata.club": {"$is": make.random.choice(("VIP", ["VIP", "Gold"]))},
        "summary.orders.total_count": {"$more_than": [make.random.choice((0, 1))]},
        "events.seen.count": {"$less_than": 3},
        "created_at": {"$less_than": make.random.choice((1, [30]))},
        "segment": {make.random.choice(("$is", "$not_in")): [make.named("segment")]},
        "name": {"$is_unknown": True},
    }
    path = make.random.choice((*conditions,))
    asked = {path: conditions[path], **make.some(conditions, chance=0.2)}
    junction = make.some({"junction": make.random.choice(("and", "or"))})
    return {**junction, **{path: {"conditions": its} for path, its in asked.items()}}


def segment(make: Maker) -> Json:
    type_ = make.random.choice(("static", "passive", "auto-update"))
    people = [make.random.choice((make.named("customer"), make.new())) for _ in range(make.random.randint(0, 3))]
    its = {"customers": people} if type_ == "static" else {"filter": filter_of_people(make)}
    return {"name": make.new(), "type": type_, **its}


def segment_change(make: Maker) -> Json:
    return make.some({"name": make.new(), "filter": filter_of_people(make), "customers": [make.new()]})


def event(make: Maker) -> Json:
    more = make.some({"metadata": make.metadata()})
    return {"event": make.random.choice(("seen", "left", make.text() or "x")), "customer": make.customer(), **more}


def consents(make: Maker) -> Json:
    def word() -> Json:
        more = {"purpose": make.random.choice(("marketing", "transactional")), "at": make.moment()}
        channel = make.random.choice(("email", "sms", "push", "web"))
        return {"channel": channel, "granted": make.likely(0.7), "source": make.text() or "x", **make.some(more)}

    def answer() -> Json:
        about = make.random.choice(("topic", "frequency", "birthday"))
        said = {"topic": ("YES", "NO"), "frequency": ("ALL", "DAILY", "WEEKLY"), "birthday": ("1990-02-28",)}[about]
        more = {"topic": make.random.choice(("shoes", make.text() or "x"))} if about == "topic" else {}
        return {"about": about, "answer": make.random.choice(said), "source": "form", **more}

    answers = [answer() for _ in range(make.random.randint(1, 3))]
    return {"consents": [word() for _ in range(make.random.randint(1, 3))], **make.some({"preferences": answers})}


def response(make: Maker) -> Json:
    said = {"response": make.random.choice(("ACCEPTED", "DECLINED")), "channel": make.text() or "x"}
    return {**said, **make.some({"at": make.moment()})}


def contact_policy(make: Maker) -> Json:
    cap = {
        "channel": make.random.choice(("email", "sms", "any")),
        "max": make.random.randint(0, 3),
        "period": make.random.choice(("DAY", "WEEK", "MONTH", "P1D", "P1M")),
    }
    quiet = make.random.choice((None, {"from": "22:00", "to": "07:30"}))
    blackouts = [{"from": "2026-12-24", "to": "2026-12-26", **make.some({"name": make.text() or "x"})}]
    topics = [{"id": "shoes", "name": make.text() or "x"}]
    return make.some({"frequency_caps": [cap], "quiet_hours": quiet, "blackouts": blackouts, "topics": topics})


def webhook(make: Maker) -> Json:
    host = make.random.choice(("shop.example", "bücher.example", "93.184.215.14", "localhost", "10.0.0.1", "x"))
    return {"url": f"{make.random.choice(('https', 'http'))}://{host}/{make.text()}", **make.some({"rotate": True})}


def processors(make: Maker) -> Json:
    more = {"channels": [make.random.choice(("email", "sms", "push", "web"))], "country": "Ireland"}
    words = ["e-mail address", make.text() or "x"]
    one = {"name": make.text() or "x", "purpose": make.text() or "x", "data": words, **make.some(more)}
    return make.some({"processors": make.random.choice((None, [], [one]))})


def brand(make: Maker) -> Json:
    said = {
        "name": make.text() or "x",
        "sender": make.some({"name": "Bücher & Co", "address": "news@bonbon.example"}),
        "logo_url": "https://shop.example/logo.png",
        "colors": make.some({"primary": "#0b5fff", "background": "#000000", "text": "#FFD400"}),
        "footer": make.random.choice((make.text(), {"de": make.text(), "pt-BR": "Olá"})),
        "postal_address": make.text(),
        "sms": make.some({"sender_id": "Shop", "prices": {"IE": 0.07, "GB": 1}, "currency": "EUR"}),
    }
    return make.some(said)


def preview(make: Maker) -> Json:
    offer = make.random.choice(({"campaign": {"id": make.named("camp")}}, {"voucher": make.named("code")}, {}))
    more = make.some({"locale": "pt-BR", "purpose": make.random.choice(("marketing", "transactional"))})
    return {"customer": make.customer(), **offer, **more}


def schedule(make: Maker) -> Json:
    channel = make.random.choice(("email", "sms"))
    said = {"name": make.new(), "campaign": {"id": make.named("camp")}, "occasion": occasion(make)}
    templates = {channel: make.named(f"{channel} template")}
    return {**said, "channels": [channel], "templates": templates, **make.some(when(make))}


def delivery(make: Maker) -> Json:
    channel = make.random.choice(("email", "sms"))
    id_ = make.named(f"{channel} template")
    by = {"template": id_} if make.likely(0.5) else {"templates": {channel: id_}}
    of = {"campaign": {"id": make.named("camp")}} if make.likely(0.7) else {"publication": make.named("pub")}
    more = {"channel": channel, "purpose": "transactional", "unless_ordered": make.likely(0.5), "dry_run": True}
    return {"customer": {"id": make.named("cust")}, **of, **by, **make.some(more, chance=0.2)}


def schedule_change(make: Maker) -> Json:
    more = {"name": make.new(), "occasion": occasion(make), "campaign": {"id": make.named("camp")}}
    return make.some({**more, **when(make)}, chance=0.3)


def occasion(make: Maker) -> Json:
    names = ("Christmas Day", "saint patrick's day", "Easter Monday", make.text() or "x")
    years = make.some({"years": [make.random.randint(1, 3)]})
    return make.random.choice(
        (
            {"type": "BIRTHDAY"},
            {"type": "ANNIVERSARY", "attribute": make.random.choice(("created_at", "metadata.since")), **years},
            {"type": "HOLIDAY", "country": make.random.choice(("IE", "Ireland")), "name": make.random.choice(names)},
            {"type": "DAY", "month": make.random.randint(1, 12), "day": make.random.randint(1, 31)},
            {"type": "ONCE", "date": make.random.choice(("2026-12-24", "2028-02-29"))},
        )
    )


def when(make: Maker) -> Json:
    return {
        "offset": make.random.choice(("-P7D", "P0D", "P1M", "-P1Y")),
        "send_at": f"{make.random.randint(0, 23):02d}:{make.random.choice((0, 15, 30, 45)):02d}",
        "time_zone": make.random.choice(("CUSTOMER", "Australia/Lord_Howe")),
        "leap_day": make.random.choice(("FEB_28", "MAR_1")),
        "validity": make.random.choice(("P1D", "PT12H")),
        "audience": make.random.choice((None, {"segment_id": make.named("segment")})),
        "active": make.likely(0.5),
    }


def message_template(make: Maker) -> Json:
    mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section></mj-body></mjml>"
    fact = make.random.choice(
        ("{{ customer.name }}", "{{ voucher.code }}", "{{ 2000 | money }}", "{% if voucher.gift %}x{% endif %}", "é<")
        if make.likely(0.8)
        else ("{% if x %}", "{{ x }}", "{% if voucher %}x{% endif %}", make.text())
    )
    if make.likely(0.3):
        return {"name": make.new(), "channel": "sms", "body": f"Hi {fact}"}
    words = {"subject": f"For {fact}", "body": make.random.choice((f"Dear {fact}", mjml.format(fact)))}
    more = {"locales": {make.random.choice(("de", "pt-BR", "x")): words}} if make.likely(0.3) else {}
    return {"name": make.new(), "channel": "email", **words, **more}


BODIES: dict[str, Callable[[Maker], Json]] = {
    "POST /v1/message-templates": message_template,
    "PUT /v1/message-templates/{template_id}": message_template,
    "POST /v1/schedules": schedule,
    "POST /v1/deliveries": delivery,
    "PUT /v1/schedules/{schedule_id}": schedule_change,
    "PUT /v1/customers/{customer_id}/consents": consents,
    "PUT /v1/contact-policy": contact_policy,
    "PUT /v1/webhook": webhook,
    "PUT /v1/processors": processors,
    "POST /v1/customers/{customer_id}/export": lambda make: make.some(
        {"after": make.random.choice((None, "beside consent#", "owned order#2026", make.text()))}
    ),
    "PUT /v1/brand": brand,
    "POST /v1/message-templates/{template_id}/preview": preview,
    "PUT /v1/metadata-schemas/{resource}": schema,
    "POST /v1/qualifications": qualification,
    "POST /client/v1/qualifications": qualification,
    "POST /v1/segments": segment,
    "PUT /v1/segments/{segment_id}": segment_change,
    "POST /v1/events": event,
    "POST /client/v1/events": event,
    "POST /v1/validations": checkout,
    "POST /v1/redemptions": checkout,
    "POST /client/v1/validations": checkout,
    "POST /client/v1/redemptions": checkout,
    "POST /v1/publications": publication,
    "POST /v1/publications/{publication_id}/responses": response,
    "POST /v1/campaigns": campaign,
    "PUT /v1/campaigns/{campaign_id}": campaign_change,
    "POST /v1/campaigns/{campaign_id}/import": lambda make: [
        {"code": make.new(), **make.some({"metadata": make.metadata(), "active": True}, chance=0.3)} for _ in range(3)
    ],
    "POST /v1/vouchers": voucher_anywhere,
    "PUT /v1/vouchers/{code}": voucher_change,
    "POST /v1/vouchers/{code}/balance": credit,
    "POST /v1/vouchers/{code}": voucher,
    "POST /v1/validation-rules": rule,
    "PUT /v1/validation-rules/{validation_rule_id}": rule,
    "POST /v1/validation-rules/{validation_rule_id}/assignments": assignment,
    "POST /v1/customers": Maker.customer,
    "PUT /v1/customers/{customer_id}": Maker.customer,
    "POST /v1/products": product,
    "POST /v1/products/{product_id}/skus": sku,
    "PUT /v1/products/{product_id}/skus/{sku_id}": sku,
    "POST /v1/product-collections": collection,
    "PUT /v1/product-collections/{collection_id}": collection,
    "POST /v1/orders": lambda make: make.order() | make.some({"customer": make.customer()}),
    "PUT /v1/orders/{order_id}": lambda make: make.order() | make.some({"customer": make.customer()}),
}
"""Routes whose fields must fit one another; the others are asked as the SDK's models say."""


def body(make: Maker, route: str) -> Json:
    """A body for a route; nothing for one that takes none."""
    if route in BODIES and make.likely(0.85):
        return BODIES[route](make)
    models = sdk.models_of(route)
    if models.request is None:
        return None if make.likely(0.7) else make.some({"reason": "returned", "metadata": make.metadata()})
    if models.many:
        return [make.like(sdk.model(models.request)) for _ in range(make.random.randint(0, 3))]
    return make.like(sdk.model(models.request))


CSV_COLUMNS = (
    *("Code", "Voucher Type", "Value", "Discount Type", "Active", "Category", "Start Date", "Expiration Date"),
    *("Redemption Limit", "Redeemed Quantity", "Name", "Email", "Source_ID", "Phone", "club"),
)


def csv(make: Maker) -> str:
    """A table as people export one: some of the columns, some rows, a cell now and then that is none."""
    columns = [column for column in CSV_COLUMNS if make.likely(0.7)]
    cells: dict[str, Callable[[], str]] = {
        "Code": make.new,
        "Voucher Type": lambda: "DISCOUNT_VOUCHER",
        "Value": lambda: str(make.random.choice((1, 5, 12.5, 100))),
        "Discount Type": lambda: make.random.choice(("AMOUNT", "PERCENT", "FIXED")),
        "Active": lambda: make.random.choice(("true", "false", "")),
        "Start Date": make.moment,
        "Expiration Date": make.moment,
        "Redemption Limit": lambda: make.random.choice(("", "1", "2")),
        "Source_ID": make.new,
    }
    rows = [[cells.get(it, make.text)() for it in columns] for _ in range(make.random.randint(0, 5))]
    odd = [("=cmd()", '"', '"a,b"', "", "\t", "x" * 500)[make.random.randrange(6)] for _ in columns]
    return "\n".join(",".join(row) for row in [columns, *rows, *([odd] if make.likely(0.2) else [])]) + "\n"
