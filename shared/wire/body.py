"""What every request body has in common: it comes from a stranger. What the contract does not know is ignored; what it
knows must be right.
"""

import math
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import JsonValue, ValidationError, model_validator
from pydantic_core import from_json

from shared.domain.errors import InvalidPayload
from shared.domain.model import Frozen, Sent

M = TypeVar("M", bound=Frozen)
LARGEST_BODY = 256 * 1024
"""Bytes; an order of 500 lines has about 100,000."""
LARGEST_FORM = 8 * 1024
LARGEST_IMPORT = 4_000_000
"""Bytes of an import; the gateway takes 6 MB with what Base64 adds."""
MOST_ROWS = 100_000
"""Rows of an import."""
DEEPEST = 32
"""Levels of nesting in a body."""
LONGEST_SHOWN = 100
"""Characters of a field's name that a refusal repeats: metadata may have names of any length, an error message not."""
LONGEST_TOLD = 300
"""Characters of what is wrong with a field."""
NOT_YET = (
    "loyalty_card",
    "referral_program",
    "promotion",
    "validation_rules",
)
"""Fields that would narrow an offer or price it otherwise: a body that does not know one refuses it, never drops it."""


def body_of(raw: bytes, *, largest: int = LARGEST_BODY) -> Any:
    """The JSON of a body; an empty one is an empty object.

    Raises:
        InvalidPayload: not UTF-8, not JSON (NaN is not), not an object, too large or too deep.
    """
    body = _json_of(raw, largest) if raw.strip() else {}
    if not isinstance(body, dict):
        raise InvalidPayload("body: must be a JSON object")
    _refuse_strange(body, "", DEEPEST)
    return body


def rows_of(raw: bytes) -> list[dict[str, Any]]:
    """The objects of a body that is a JSON array.

    Raises:
        InvalidPayload: not UTF-8, not JSON, no array of objects, none of them or too many, too large or too deep.
    """
    rows = _json_of(raw, LARGEST_IMPORT) if raw.strip() else []
    if not isinstance(rows, list):
        raise InvalidPayload("body: must be a JSON array")
    if not 0 < len(rows) <= MOST_ROWS:
        raise InvalidPayload(f"body: must have 1 to {MOST_ROWS} objects")
    objects: list[dict[str, Any]] = []
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            raise InvalidPayload(f"{index}: must be a JSON object")
        _refuse_strange(row, f"{index}", DEEPEST)
        objects.append(row)
    return objects


def _json_of(raw: bytes, largest: int) -> JsonValue:
    if len(raw) > largest:
        raise InvalidPayload(f"body: {len(raw)} bytes are more than {largest}")
    try:
        raw.decode()
        body: JsonValue = from_json(raw, allow_inf_nan=False, allow_partial=False)
    except UnicodeDecodeError as error:
        raise InvalidPayload(f"body: not UTF-8 at byte {error.start}") from None
    except ValueError as error:
        raise InvalidPayload(f"body: not JSON: {error}") from None
    return body


def form_of(raw: bytes) -> dict[str, str]:
    """The fields of a form (``application/x-www-form-urlencoded``).

    Raises:
        InvalidPayload: not UTF-8, too large, or a field that is there twice.

    >>> form_of(b"grant_type=client_credentials&scope=api")
    {'grant_type': 'client_credentials', 'scope': 'api'}
    """
    if len(raw) > LARGEST_FORM:
        raise InvalidPayload(f"body: {len(raw)} bytes are more than {LARGEST_FORM}")
    try:
        fields = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise InvalidPayload("body: not UTF-8") from None
    form = dict(fields)
    if len(form) < len(fields):
        raise InvalidPayload("body: a field is there twice")
    return form


def read(kind: type[M], body: Any) -> M:
    """A body, or a query, as its model.

    Raises:
        InvalidPayload: naming the path of every field that is wrong, ``order.items.0.price: …``.
    """
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise InvalidPayload("; ".join(map(_told, error.errors(include_url=False)[:10]))) from None


class Body(Frozen):
    """A request body."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_what_would_be_passed_over(cls, fields: Any) -> Any:
        if isinstance(fields, dict):
            for name in NOT_YET:
                if fields.get(name) and name not in cls.model_fields:
                    raise ValueError(f"{name} is not supported here, or not yet")
        return fields


class Created(Body, Sent):
    """What a new thing shall be."""


def _told(error: Any) -> str:
    path = ".".join(str(part)[:LONGEST_SHOWN] for part in error["loc"] if part not in VARIANTS) or "body"
    message = error["msg"].removeprefix("Value error, ")[:LONGEST_TOLD]  # some quote what was sent
    return f"{path}: {message}"


VARIANTS = {
    *("AMOUNT", "PERCENT", "FIXED", "<id>", "<rule>"),
    *("BIRTHDAY", "ANNIVERSARY", "HOLIDAY", "DAY", "ONCE"),
}
"""Names that pydantic puts into the path of a field to say which variant it tried; no caller wrote them."""


def _refuse_strange(value: JsonValue, path: str, levels: int) -> None:
    """Numbers beyond JSON's and nesting beyond reason hide in metadata, where no model would find them."""
    if levels == 0:
        raise InvalidPayload(f"{path}: nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        for name, inner in value.items():
            shown = name[:LONGEST_SHOWN]
            _refuse_strange(inner, f"{path}.{shown}" if path else shown, levels - 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_strange(inner, f"{path}.{index}", levels - 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidPayload(f"{path}: must be a finite number")
    elif isinstance(value, str) and "\x00" in value:
        raise InvalidPayload(f"{path}: must not contain NUL")
