"""What a shop's own attributes must be: a schema for each kind of thing, which its metadata must keep to.

A schema judges what is said: the metadata of a new thing, and metadata that changes. What was kept before there was a
schema stays as it is until somebody says it anew.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AliasChoices, Field, PlainValidator, model_validator

from shared.domain.errors import InvalidPayload
from shared.domain.model import Frozen, Instant, Metadata, Name, Sent

MOST_PROPERTIES = 200
"""Of one schema."""
LARGEST_IN_ALL = 100_000
"""Characters of a project's schemas as JSON: they ride along with its settings, in one item of the table."""
MOST_TOLD = 10
"""Breaches that one refusal tells of."""


def _a_number(value: object) -> object:
    if not _is_number(value):
        raise ValueError("must be a number")
    return value


def _a_value(value: object) -> object:
    if not isinstance(value, str | int | float):
        raise ValueError("must be a text, a number, true or false")  # noqa: TRY004 - pydantic tells only ValueError
    return value


Number = Annotated[int | float, PlainValidator(_a_number)]
Value = Annotated[str | int | float, PlainValidator(_a_value)]
Length = Annotated[int, Field(strict=True, ge=0, le=65_536)]
Flag = Annotated[bool, Field(strict=True)]

A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
A_POINT = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*")
AN_ADDRESS = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_day(value: object) -> bool:
    return isinstance(value, str) and A_DAY.fullmatch(value) is not None and _reads(date.fromisoformat, value)


def _is_instant(value: object) -> bool:
    return isinstance(value, str) and "T" in value.upper() and _reads(datetime.fromisoformat, value)


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _is_point(value: object) -> bool:
    found = A_POINT.fullmatch(value) if isinstance(value, str) else None
    return found is not None and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180  # noqa: PLR2004 - degrees


def _is_address(value: object) -> bool:
    return isinstance(value, str) and AN_ADDRESS.fullmatch(value) is not None


KINDS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "string": (lambda value: isinstance(value, str), "text"),
    "number": (_is_number, "a number"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "date": (_is_day, "a date, YYYY-MM-DD"),
    "datetime": (_is_instant, "an instant in ISO 8601"),
    "geopoint": (_is_point, 'a point, "latitude,longitude"'),
    "image_url": (_is_address, "the http address of an image"),
    "object": (lambda value: isinstance(value, dict), "an object"),
}
"""What each type of a property takes, and what it is called in a refusal."""


class Property(Sent):
    """What one attribute must be. Without a word on it an attribute must be there, and is no array."""

    type: Literal["string", "number", "boolean", "date", "datetime", "geopoint", "image_url", "object"]
    optional: Flag = False
    array: Flag = False
    deleted: Flag = False
    """Whether it was taken out of the schema: it asks for nothing any more."""
    object_type: Name | None = Field(
        None, validation_alias=AliasChoices("objectType", "object_type"), serialization_alias="objectType"
    )
    """Of an object, the schema that it must keep to in turn."""
    min_length: Length | None = Field(
        None, validation_alias=AliasChoices("minLength", "min_length"), serialization_alias="minLength"
    )
    max_length: Length | None = Field(
        None, validation_alias=AliasChoices("maxLength", "max_length"), serialization_alias="maxLength"
    )
    exact_length: Length | None = Field(
        None, validation_alias=AliasChoices("exactLength", "exact_length"), serialization_alias="exactLength"
    )
    eq: Annotated[tuple[Value, ...], Field(min_length=1, max_length=200)] | None = None
    """The values that it may have."""
    ne: Annotated[tuple[Number, ...], Field(max_length=200)] | None = None
    """The numbers that it may not be."""
    lt: Number | None = None
    lte: Number | None = None
    gt: Number | None = None
    gte: Number | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        for names, type_ in ONLY_OF:
            for name in names:
                if getattr(self, name) is not None and self.type != type_:
                    raise ValueError(f"{name}: goes with the type {type_}")
        if self.eq and not all(KINDS[self.type][0](value) for value in self.eq):
            raise ValueError(f"eq: each must be {KINDS[self.type][1]}")
        return self

    def breaches(self, value: Any, path: str, schemas: "Schemas") -> Iterator[str]:
        """What is wrong with a value, each with its path."""
        if not self.array:
            yield from self._breaches_of_one(value, path, schemas)
        elif not isinstance(value, list):
            yield f"{path}: must be an array"
        else:
            for index, one in enumerate(value):
                yield from self._breaches_of_one(one, f"{path}.{index}", schemas)

    def _breaches_of_one(self, value: Any, path: str, schemas: "Schemas") -> Iterator[str]:
        takes, called = KINDS[self.type]
        if not takes(value):
            yield f"{path}: must be {called}"
        elif self.type == "object":
            if self.object_type:
                yield from schemas.breaches(self.object_type, value, path)
        elif wrong := next((word for holds, word in self._bounds(value) if not holds), None):
            yield f"{path}: must {wrong}"

    def _bounds(self, value: Any) -> Iterator[tuple[bool, str]]:
        """What a value of the right type must keep to besides."""
        if self.eq is not None:
            yield value in self.eq, f"be one of {', '.join(map(str, self.eq))}"
        if self.ne is not None:
            yield value not in self.ne, f"be none of {', '.join(map(str, self.ne))}"
        if self.min_length is not None:
            yield len(value) >= self.min_length, f"have at least {self.min_length} characters"
        if self.max_length is not None:
            yield len(value) <= self.max_length, f"have at most {self.max_length} characters"
        if self.exact_length is not None:
            yield len(value) == self.exact_length, f"have {self.exact_length} characters"
        if self.lt is not None:
            yield value < self.lt, f"be less than {self.lt}"
        if self.lte is not None:
            yield value <= self.lte, f"be at most {self.lte}"
        if self.gt is not None:
            yield value > self.gt, f"be more than {self.gt}"
        if self.gte is not None:
            yield value >= self.gte, f"be at least {self.gte}"


ONLY_OF = (
    (("min_length", "max_length", "exact_length"), "string"),
    (("ne", "lt", "lte", "gt", "gte"), "number"),
    (("object_type",), "object"),
)
"""Conditions that make sense for one type alone."""


class Schema(Frozen):
    """What the metadata of one kind of thing must be; under ``allow_defined_only`` it has no other attributes."""

    id: str
    related_object: Name
    properties: Annotated[dict[Name, Property], Field(max_length=MOST_PROPERTIES)] = Field(default_factory=dict)
    allow_defined_only: Flag = False
    created_at: Instant
    updated_at: Instant | None = None

    def breaches(self, metadata: Mapping[str, Any], path: str, schemas: "Schemas") -> Iterator[str]:
        """What is wrong with metadata, each with its path; an attribute that is null counts as not there."""
        defined = {name: its for name, its in self.properties.items() if not its.deleted}
        for name, value in metadata.items():
            if value is None:
                continue
            if name in defined:
                yield from defined[name].breaches(value, f"{path}.{name}", schemas)
            elif self.allow_defined_only:
                yield f"{path}.{name}: is not defined"
        for name, its in defined.items():
            if not its.optional and metadata.get(name) is None:
                yield f"{path}.{name}: required"


class Schemas(NamedTuple):
    """All that a project has, by the kind of thing."""

    of: Mapping[str, Schema] = {}

    def breaches(self, resource: str, metadata: Mapping[str, Any], path: str) -> Iterator[str]:
        """What is wrong with the metadata of a thing; nothing where its kind has no schema."""
        if schema := self.of.get(resource):
            yield from schema.breaches(metadata, path, self)

    def refuse(self, resource: str, metadata: Metadata | None, *, path: str = "metadata") -> None:
        """Raise if a thing may not have this metadata.

        Raises:
            InvalidPayload: naming each attribute that is wrong, ``metadata.shoe: must be a number``.
        """
        if resource in self.of and (wrong := list(self.breaches(resource, metadata or {}, path))):
            raise InvalidPayload("; ".join(_shown(one) for one in wrong[:MOST_TOLD]))

    def refuse_change(
        self,
        resource: str,
        after: Metadata | None,
        before: Metadata | None,
        *,
        new: bool = False,
        path: str = "metadata",
    ) -> None:
        """Raise if the metadata of a thing has changed, or the thing is ``new``, and it may not have it.

        Raises:
            InvalidPayload: naming each attribute that is wrong.
        """
        if new or (after or {}) != (before or {}):
            self.refuse(resource, after, path=path)


LONGEST_SHOWN = 300
"""Characters of one breach that a refusal repeats: names and allowed values may be of any length."""


def _shown(breach: str) -> str:
    return breach if len(breach) <= LONGEST_SHOWN else f"{breach[:LONGEST_SHOWN]}…"
