"""A rule as the contract writes it, and everything that can be wrong with it, by the path of what is wrong.

    {"1": {"name": "order.amount", "conditions": {"$more_than": [10000]}, "error": {"message": "Spend more!"}},
     "2": {"name": "product.id", "conditions": {"$is": [{"id": "prod_1"}]},
           "rules": {"1": {"name": "product.quantity", "conditions": {"$more_than": [1]}}}},
     "logic": "1 AND 2"}

Rules below a rule are of the lines that it finds, so a rule that is not of lines has none. Logic must name every rule:
one that it forgot would be a limit that nobody keeps.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.domain.model import Frozen, Instant, Name, Sent, Text
from shared.domain.money import Amount
from shared.domain.orders import Quantity
from shared.domain.rules import logic
from shared.domain.rules.conditions import ALIASES, OPPOSITES, value_of
from shared.domain.rules.names import TREES, OfCase, OfLines, name_of

MOST = 100
"""Conditions of one set, those of rules below rules among them."""
MOST_VALUES = 1_000
"""Values of one condition."""
DEEPEST = 4
"""Rules below rules."""
LONGEST_PATH = 256

_KEY = re.compile(r"\w{1,16}", re.ASCII)
OF_LINES = ("order.items.", "product.", "sku.")
"""How names begin that are of the lines of an order."""


class Condition(NamedTuple):
    """One condition of a rule: its verb without the ``$``, what it compares with, and that as it was sent."""

    verb: str
    values: tuple[Any, ...]
    sent: tuple[Any, ...]


class Rule(NamedTuple):
    """One rule, read."""

    key: str
    name: str
    attribute: str | None
    conditions: tuple[Condition, ...]
    below: "RuleSet | None"
    error: str | None

    @property
    def written(self) -> dict[str, Any]:
        """The rule as the contract writes it."""
        return {
            "name": self.name,
            **({"property": self.attribute} if self.attribute else {}),
            "conditions": self.wanted,
            "rules": self.below.written if self.below else {},
            **({"error": {"message": self.error}} if self.error else {}),
        }

    @property
    def wanted(self) -> dict[str, Any]:
        """Its conditions as the contract writes them."""
        return {f"${condition.verb}": list(condition.sent) for condition in self.conditions}


class RuleSet(NamedTuple):
    """Rules and how they are joined."""

    rules: Mapping[str, Rule]
    logic: logic.Logic
    text: str

    @property
    def written(self) -> dict[str, Any]:
        """The set as the contract writes it."""
        return {**{key: rule.written for key, rule in self.rules.items()}, "logic": self.text}

    @property
    def all(self) -> Iterator[Rule]:
        """Every rule of it, and every one below."""
        for rule in self.rules.values():
            yield rule
            if rule.below:
                yield from rule.below.all


Path = tuple[str | int, ...]


class Wrong(Exception):
    """What is wrong with a set of rules, and where."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


def read(rules: Mapping[str, Any]) -> RuleSet | None:
    """A set of rules; None if there is none in it.

    Raises:
        Wrong: naming the path of the first thing that is wrong.
    """
    found = _set(rules, (), DEEPEST)
    if found and sum(len(rule.conditions) for rule in found.all) > MOST:
        raise Wrong((), f"has more than {MOST} conditions")
    return found


def _set(rules: Any, path: Path, levels: int) -> RuleSet | None:
    if not isinstance(rules, Mapping):
        raise Wrong(path, "must be an object of rules")
    keys = [key for key in rules if key != "logic"]
    if not keys:
        return None
    if not levels:
        raise Wrong(path, f"has more than {DEEPEST} levels of rules below rules")
    if len(keys) > MOST:
        raise Wrong(path, f"has more than {MOST} conditions")
    read_ = {str(key): _rule(str(key), rules[key], (*path, str(key)), levels) for key in keys}
    text = rules.get("logic") or logic.joined(iter(read_))
    return RuleSet(read_, _logic(text, read_, path), text)


def _logic(text: Any, rules: Mapping[str, Rule], path: Path) -> logic.Logic:
    if not isinstance(text, str):
        raise Wrong((*path, "logic"), "must be a text like 1 AND (2 OR 3)")
    try:
        tree = logic.parse(text)
    except ValueError as error:
        raise Wrong((*path, "logic"), str(error)) from None
    named = [*logic.named(tree)]
    for key in named:
        if key not in rules:
            raise Wrong((*path, "logic"), f"there is no rule {key}")
    for key in rules:
        if key not in named:
            raise Wrong((*path, key), "is not in the logic")
    return tree


def _rule(key: str, rule: Any, path: Path, levels: int) -> Rule:
    if not _KEY.fullmatch(key) or key.upper() in ("AND", "OR"):
        raise Wrong(path, "must be called by a number, or by up to 16 letters and digits")
    if not isinstance(rule, Mapping):
        raise Wrong(path, "must be an object with a name and conditions")
    name, attribute = _name(rule.get("name"), (*path, "name")), _attribute(rule, path)
    try:
        kind = name_of(name, attribute)
    except KeyError:
        raise Wrong((*path, "name"), "is not a name that a rule can have") from None
    below = _set(rule.get("rules") or {}, (*path, "rules"), levels - 1)
    if below and (not isinstance(kind, OfLines) or not all(each.name.startswith(OF_LINES) for each in below.all)):
        raise Wrong((*path, "rules"), "only rules of items have rules below them, and these are of items, too")
    conditions = _conditions(kind, rule.get("conditions"), (*path, "conditions"))
    return Rule(key, name, attribute, conditions, below, _error(rule.get("error"), (*path, "error")))


def _name(name: Any, path: Path) -> str:
    if not isinstance(name, str):
        raise Wrong(path, "must be the name of what the rule is about")
    return name


def _attribute(rule: Mapping[str, Any], path: Path) -> str | None:
    found = rule.get("property")
    if found is not None and not (isinstance(found, str) and len(found) <= LONGEST_PATH):
        raise Wrong((*path, "property"), "must be the name of an attribute")
    if rule.get("name") not in TREES:
        return None
    if not found:
        raise Wrong((*path, "property"), "must be the name of an attribute of the metadata")
    return found


def _conditions(kind: Any, conditions: Any, path: Path) -> tuple[Condition, ...]:
    if not isinstance(conditions, Mapping) or not conditions:
        raise Wrong(path, 'must be an object of conditions like {"$is": [1]}')
    return tuple(_condition(kind, str(verb), values, (*path, str(verb))) for verb, values in conditions.items())


def _condition(kind: Any, told: str, values: Any, path: Path) -> Condition:
    verb = told.removeprefix("$")
    verb = ALIASES.get(verb, verb)
    if not told.startswith("$") or verb not in kind.verbs:
        raise Wrong(path, f"must be one of {', '.join(f'${each}' for each in sorted(kind.verbs))}")
    sent = tuple(values) if isinstance(values, list | tuple) else (values,)
    if not 0 < len(sent) <= MOST_VALUES:
        raise Wrong(path, f"must have 1 to {MOST_VALUES} values")
    return Condition(verb, tuple(_values(kind, verb, sent, path)), sent)


def _values(kind: Any, verb: str, sent: Sequence[Any], path: Path) -> Iterator[Any]:
    form = kind.form if isinstance(kind, OfCase) else str
    for index, value in enumerate(sent):
        try:
            read_ = value_of(kind.sort, OPPOSITES.get(verb, verb), value)
        except ValueError as error:
            raise Wrong((*path, index), str(error)) from None
        yield form(read_) if isinstance(read_, str) else read_


def _error(error: Any, path: Path) -> str | None:
    if not error:
        return None
    try:
        return RuleError.model_validate(error).message
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        raise Wrong((*path, *first["loc"]), first["msg"].removeprefix("Value error, ")) from None


def _checked(rules: dict[str, Any]) -> dict[str, Any]:
    try:
        found = read(rules)
    except Wrong as wrong:
        kind = PydanticCustomError("rule", "{said}", {"said": wrong.message})
        details = InitErrorDetails(type=kind, loc=wrong.path, input=None)
        raise ValidationError.from_exception_data("rules", [details]) from None
    return found.written if found else {}


Rules = Annotated[dict[str, Any], AfterValidator(_checked)]
"""A set of rules, in one form: conditions are arrays, and the logic is said."""


class RuleError(Sent):
    """What a shop says to somebody who does not meet a rule."""

    message: Text | None = None


Effect = Literal[
    "APPLY_TO_EVERY", "APPLY_TO_CHEAPEST", "APPLY_FROM_CHEAPEST", "APPLY_TO_MOST_EXPENSIVE", "APPLY_FROM_MOST_EXPENSIVE"
]


class Applicable(Sent):
    """Lines that a discount is for: those of a product, a SKU or a collection."""

    object: Literal["product", "sku", "products_collection"] | None = None
    id: Name | None = None
    source_id: Name | None = None
    product_id: Name | None = None
    product_source_id: Name | None = None
    strict: Annotated[bool, Field(strict=True)] | None = None
    effect: Effect = "APPLY_TO_EVERY"
    quantity_limit: Quantity | None = None
    aggregated_quantity_limit: Quantity | None = None
    amount_limit: Amount | None = None
    aggregated_amount_limit: Amount | None = None
    price: Amount | None = None
    repeat: Annotated[int, Field(strict=True, ge=1)] | None = None
    skip_initially: Quantity | None = None
    target: Literal["ITEM", "UNIT"] | None = None

    @property
    def names(self) -> frozenset[str]:
        """What it is called: a line that answers to one of them is meant."""
        return frozenset(name for name in (self.id, self.source_id) if name)

    @model_validator(mode="after")
    def _must_name_something(self) -> Self:
        if not self.names:
            raise ValueError("must have an id or a source_id")
        return self


Applicables = Annotated[tuple[Applicable, ...], Field(max_length=MOST_VALUES)]


class ApplicableTo(Sent):
    """Which lines a discount is for: those included, or all, without those excluded; it may say nothing."""

    included: Applicables = ()
    excluded: Applicables = ()
    included_all: Annotated[bool, Field(strict=True)] = False


class ValidationRule(Frozen):
    """Who may use an offer: rules, and beside them a bundle, whose rules must be met as well."""

    id: str
    name: Name | None = None
    type: Literal["expression", "basic", "advanced", "complex"] = "expression"
    context_type: str = "global"
    rules: Rules = Field(default_factory=dict)
    bundle_rules: Rules = Field(default_factory=dict)
    error: RuleError | None = None
    applicable_to: ApplicableTo | None = None
    assignments_count: int = 0
    """How many vouchers and campaigns are under it."""
    created_at: Instant
    updated_at: Instant | None = None
    version: int = 1
