"""CSV as it arrives: a part of a form or the whole body, its header checked at once, its rows read later one by one."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from email.message import Message
from typing import NamedTuple

from shared.domain.actions import Row
from shared.domain.errors import InvalidPayload
from shared.wire.body import LARGEST_IMPORT, MOST_ROWS

PART = "file"
MOST_COLUMNS = 500
LONGEST_COLUMN = 256


class Sheet(NamedTuple):
    """A file's header, in the words of ``plain``, and its rows; what is no standard column keeps its spelling."""

    header: tuple[str, ...]
    rows: list[Row]


def plain(name: str) -> str:
    """The name of a column as it is looked up: no case, and a space is an underscore.

    >>> plain(" Start Date"), plain("Source_id")
    ('start_date', 'source_id')
    """
    return "_".join(name.casefold().split())


def file_of(raw: bytes, content_type: str) -> bytes:
    """The file of a request: the part named ``file`` of a form, or the whole body if that is CSV.

    Raises:
        InvalidPayload: if there is none, or it is too large.
    """
    if len(raw) > LARGEST_IMPORT:
        raise InvalidPayload(f"body: {len(raw)} bytes are more than {LARGEST_IMPORT}")
    head = _head(f"Content-Type: {content_type}")
    match head.get_content_type() if content_type else "":
        case "text/csv":
            return raw
        case "multipart/form-data":
            boundary = head.get_param("boundary")
            parts = _parts(raw, str(boundary).encode()) if boundary else iter(())
            found = next((content for name, content in parts if name == PART), None)
            if found is None:
                raise InvalidPayload(f"{PART}: the form has no such part")
            return found
    raise InvalidPayload("Content-Type: must be multipart/form-data with a part named file, or text/csv")


def sheet_of(raw: bytes, *, known: Iterable[str], needed: Sequence[Sequence[str]]) -> Sheet:
    """The header and the rows of a file; of each of the ``needed`` at least one column must be there.

    Raises:
        InvalidPayload: not UTF-8, not CSV, no rows or too many, a column that is missing, nameless or there twice.
    """
    lines = _lines(raw)
    _, names = next(lines, (1, []))
    header = _header(names, set(known))
    for either in needed:
        if not set(either) & set(header):
            raise InvalidPayload(f"{PART}: column {' or '.join(either)} is missing")
    rows: list[Row] = []
    for line, cells in lines:
        if len(rows) == MOST_ROWS:
            raise InvalidPayload(f"{PART}: has more than {MOST_ROWS} rows")
        rows.append(Row(line, cells))
    if not rows:
        raise InvalidPayload(f"{PART}: has no rows")
    return Sheet(header, rows)


def _header(names: Sequence[str], known: AbstractSet[str]) -> tuple[str, ...]:
    if len(names) > MOST_COLUMNS:
        raise InvalidPayload(f"{PART}: has more than {MOST_COLUMNS} columns")
    columns = tuple(plain(name) for name in names)
    for number, column in enumerate(columns, 1):
        if not column:
            raise InvalidPayload(f"{PART}: column {number} has no name")
        if len(column) > LONGEST_COLUMN:
            raise InvalidPayload(f"{PART}: column {number} has a name of more than {LONGEST_COLUMN} characters")
        if column in columns[: number - 1]:
            raise InvalidPayload(f"{PART}: column {names[number - 1].strip()[:200]} is there twice")
    return tuple(column if column in known else name.strip() for name, column in zip(names, columns, strict=True))


def cells_of(header: Sequence[str], row: Row) -> dict[str, str]:
    """The cells of a row that say something, by column.

    Raises:
        InvalidPayload: if it has more or fewer than the header.
    """
    if len(row.fields) != len(header):
        raise InvalidPayload(f"has {len(row.fields)} cells, the header {len(header)}")
    return {name: cell for name, cell in zip(header, row.fields, strict=True) if cell.strip()}


def _lines(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """The lines of a file that are not blank, each with its number: that of its first, if it goes over several."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidPayload(f"{PART}: not UTF-8 at byte {error.start}") from None
    if "\x00" in text:
        raise InvalidPayload(f"{PART}: must not contain NUL")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InvalidPayload(f"{PART}: line {line}: {error}") from None


def _parts(raw: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a form by name (RFC 7578)."""
    for part in (b"\r\n" + raw).split(b"\r\n--" + boundary)[1:]:
        head, blank, content = part.partition(b"\r\n\r\n")
        if blank:
            name = _head(head.strip().decode("utf-8", "replace")).get_param("name", "", "content-disposition")
            yield str(name), content


def _head(lines: str) -> Message:
    head = Message()
    for line in lines.split("\r\n"):
        name, _, value = line.partition(":")
        head[name.strip()] = value.strip().replace("\n", " ").replace("\r", " ")
    return head
