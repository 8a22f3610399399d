"""What is done to a request that could be meant, so that it cannot: to its body, its path, its query, its headers."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from tests.fuzz.asks import Ask
from tests.fuzz.plausible import QUERIES, Maker, csv

Json = Any
Path = tuple[str | int, ...]

TEXTS = (
    *("", " ", "\t\r\n", "null", "NaN", "0", "-1", "true", "[]", "{}", "%", "%00", "../../etc/passwd", "a/b", "#", "?"),
    *(
        "🍬",
        "👨\u200d👩\u200d👧",
        "e\u0301",
        "ﬁ",
        "İ",
        "ß",
        "\u202egnp",
        "\ufeff",
        "\u2028",
        "\u0000",
        "a\u0000b",
        "\x1b[2J",
    ),
    *("\ud800", "a\udfffb", "\U0010ffff", "\uffff", "'; DROP TABLE bonbon; --", "${jndi:ldap://x}", "<script>", "=1+1"),
    *("v_0123456789abcdef", "r_0123456789abcdef0199cafe0000ffff", "camp_", "__proto__", "proj_production#voucher#1"),
    *("x" * 200, "x" * 201, "x" * 4_001, "é" * 300, "x" * 70_000, "🍬" * 1_000),
    *("2026-02-30T00:00:00Z", "0000-00-00", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00+14:00", "P24D", "P-1Y"),
    *("2026-03-29T02:30:00", "12:60", "1e5", "-0", "0x10", "٣", "１", "1_000"),
)
NUMBERS = (
    *(0, -0.0, -1, 1, 0.5, -0.5, 1.0, 101, 1e-9, 100.00001, 99.99999, 1e15, 1e16, 1e22, 1e308, -1e308),
    *(2**31 - 1, 2**31, 2**53 - 1, 2**53, 2**53 + 1, -(2**53), 2**63, 2**64, 10**30, 10**400, 20_000_001),
)
EXACT = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "01", "1.", ".5", "+1", "0x1", "undefined", "tru", "'a'")
"""Words that no JSON library writes; they are put into the text."""

MARK = "\ue000exactly\ue000"

HEADERS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("Content-Type", "text/plain"),),
    (("Content-Type", "application/x-www-form-urlencoded"),),
    (("Content-Type", "application/json; charset=utf-16"),),
    (("Content-Type", "multipart/form-data"),),
    (("Content-Type", "multipart/form-data; boundary="),),
    (("Content-Type", 'multipart/form-data; boundary="' + "b" * 300 + '"'),),
    (("Content-Type", ""),),
    (("Content-Type", "\xff/\xfe"),),
    (("Content-Encoding", "gzip"),),
    (("Accept", "text/html"),),
    (("Idempotency-Key", ""),),
    (("Idempotency-Key", "k" * 255),),
    (("Idempotency-Key", "k" * 300),),
    (("Idempotency-Key", "k\tk"),),
    (("Idempotency-Key", "k\xe9\xff"),),
    (("Idempotency-Key", "one"), ("Idempotency-Key", "two")),
    (("X-HTTP-Method-Override", "DELETE"),),
    (("Origin", "https://evil.example"),),
    (("Origin", "http://localhost:3000"),),
    (("Origin", "null"),),
    (("Origin", "://["),),
    (("X-Forwarded-For", "x" * 2_000),),
    (("Authorization", "Bearer nothing"),),
    (("Authorization", "Bearer " + "x" * 8_000),),
    (("Authorization", "Basic \xff\xfe"),),
    (("Authorization", "Bearer"),),
    (("Cookie", "x" * 5_000),),
    (("X-Voucherify-API-Version", "v2017-04-05"),),
    (("If-Match", '"1"'),),
    (("Range", "bytes=0-1"),),
    (("X" * 200, "y"),),
)

SERVER = (("X-App-Id", "sandbox"), ("X-App-Token", "sandbox-secret"))
OTHER = (("X-App-Id", "production"), ("X-App-Token", "production-secret"))
CLIENT = (
    ("X-Client-Application-Id", "sandbox-client"),
    ("X-Client-Token", "sandbox-client-secret"),
    ("Origin", "http://localhost:3000"),
)
STRANGERS: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    OTHER,
    CLIENT,
    (("X-App-Id", "sandbox"),),
    (("X-App-Token", "sandbox-secret"),),
    (("X-App-Id", "sandbox"), ("X-App-Token", "wrong")),
    (("X-App-Id", "sandbox-client"), ("X-App-Token", "sandbox-client-secret")),
    (("X-App-Id", "management"), ("X-App-Token", "management-secret")),
    (("X-App-Id", "s" * 300), ("X-App-Token", "t" * 3_000)),
    (("X-App-Id", "s\xe9\xff"), ("X-App-Token", "\xff")),
    (("X-App-Id", "sandbox"), ("X-App-Id", "production"), ("X-App-Token", "sandbox-secret")),
    (("X-App-Id", ""), ("X-App-Token", "")),
    (*SERVER, *CLIENT),
)

SEGMENTS = (
    *(
        "..",
        ".",
        "",
        "%2F",
        "..%2F..",
        "%2e%2e",
        "%00",
        "%0A",
        "%FF",
        "%ED%A0%80",
        "%C0%AF",
        "%",
        "%zz",
        "%u0041",
        "a%",
    ),
    *("x" * 200, "x" * 201, "x" * 6_000, quote("🍬" * 20), quote("İı"), "a;b=c", "a+b", "a%20b", "%20", "*", "null"),
    *("~", "a:b", "@", "$default", "{code}", "%7Bcode%7D", "v_", "r_", "camp_0", quote("é") * 201),
)
PATHS = (
    *("/", "//", "/v1", "/v1/", "/v2/vouchers", "/v1/voucher", "/v1/vouchers/", "//v1/vouchers", "/V1/vouchers"),
    *("/v1/vouchers//enable", "/v1/vouchers/../campaigns", "/v1/%76ouchers", "/v1/vouchers/a/b/c/d", "/favicon.ico"),
    *("/v1/campaigns/%2e%2e/vouchers", "/.env", "/v1/vouchers;x", "/" + "a/" * 300, "/" + "a" * 9_000, "/client/v1"),
    *("/v1/redemptions/r_1/rollback/", "/v1/oauth", "/management/v1/projects", "/%00", "/%FF"),
)
VERBS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD")

FILTERED = (
    "code",
    "created_at",
    "redemption.quantity",
    "metadata.a",
    "metadata",
    "x" * 300,
    "",
    "id",
    "active",
    quote("🍬"),
)
OPERATORS = (
    "$in",
    "$is",
    "%24starts_with",
    "$more_than",
    "$has_value",
    "$is_unknown",
    "$after",
    "$regex",
    "",
    "$",
    "is",
)
TAILS = ("", "[0]", "[1]", "[-1]", "[99999999999]", "[x]", "[0][0]", "[", "]", "[]")
QUERY_VALUES = (
    *("", "0", "-1", "101", "abc", "1.5", "1e3", "99999999999999999999", "NaN", "null", "true", "%00", "%FF", "%", "+"),
    *(
        "%F0%9F%8D%AC",
        "2026-02-30",
        "2026-01-01",
        "9999-12-31T23:59:59.999Z",
        "x" * 3_000,
        "-",
        "--",
        "[]",
        "%ED%A0%80",
    ),
)


def body(make: Maker, said: Json) -> bytes:
    """A body with one to three of its places spoiled, or one that is none."""
    if make.likely(0.06):
        return make.random.choice(NO_BODIES)(make.random)
    exact = []
    for _ in range(make.random.choice((1, 1, 1, 2, 3))):
        path = make.random.choice(list(paths(said)))
        said = _put(said, path, _worse(make.random, _at(said, path), exact))
    text = json.dumps(said)
    for word in exact:
        text = text.replace(json.dumps(MARK), word, 1)
    if make.likely(0.04):
        text = make.random.choice((text[: len(text) // 2], text + text, text + "x", "\ufeff" + text, text[1:]))
    if make.likely(0.04) and text.startswith('{"'):
        text = text.replace('{"', make.random.choice(DUPLICATES), 1)
    return text.encode("utf-8", "surrogatepass")


DUPLICATES = ('{"id": 1, "id": "a", "', '{"order": null, "order": {}, "', '{"metadata": {}, "metadata": 1, "')

NO_BODIES: tuple[Callable[[Random], bytes], ...] = (
    lambda _: b"",
    lambda _: b" ",
    lambda _: b"null",
    lambda _: b"[]",
    lambda _: b"[{}]",
    lambda _: b'"a"',
    lambda _: b"\xff\xfe{}",
    lambda _: b'{"metadata": {"a": "\xed\xa0\x80"}}',
    lambda _: b"{" * 50_000,
    lambda _: b'{"metadata": ' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}",
    lambda _: b'{"metadata": {"a": "' + b"x" * 300_000 + b'"}}',
    lambda _: b" " * 300_000,
    lambda _: b'{"metadata": {"a": [' + b"1," * 100_000 + b"1]}}",
    lambda random: random.randbytes(200),
    lambda random: b'{"a":' + b"7" * random.randint(300, 20_000) + b"}",
    lambda _: b"a=1&b=2",
)


def paths(said: Json, path: Path = ()) -> Iterator[Path]:
    """Every place in a body, the whole of it first.

    >>> list(paths({"a": [1]}))
    [(), ('a',), ('a', 0)]
    """
    yield path
    inner: Any = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for name, value in inner:
        yield from paths(value, (*path, name))


def _at(said: Json, path: Path) -> Json:
    for name in path:
        said = said[name]
    return said


def _put(said: Json, path: Path, value: Json) -> Json:
    """The body with another value at a place; ``GONE`` takes it away."""
    if not path:
        return {} if value is GONE else value
    copy = dict(said) if isinstance(said, dict) else list(said)
    inner = _put(copy[path[0]], path[1:], value) if len(path) > 1 else value
    if inner is GONE:
        del copy[path[0]]
    else:
        copy[path[0]] = inner
    return copy


def without(said: Json, path: Path) -> Json:
    """The body without what stands at a place.

    >>> without({"a": [1, 2]}, ("a", 0))
    {'a': [2]}
    """
    return _put(said, path, GONE)


GONE = object()


def _worse(random: Random, value: Json, exact: list[str]) -> Json:
    if random.random() < 0.06:
        exact.append(random.choice(EXACT))
        return MARK
    worse: list[Json] = [
        None,
        GONE,
        *(random.choice(TEXTS) for _ in range(3)),
        *(random.choice(NUMBERS) for _ in range(3)),
        random.choice(([], {}, [value], {"0": value}, [[[[value]]]], [None], {"": ""}, True, False)),
        _deep(random.choice((3, 31, 33, 200)), list_=random.random() < 0.5),
    ]
    if isinstance(value, list):
        worse += [value * random.choice((2, 31, 600)) or [{}] * 1_001]
    if isinstance(value, str):
        worse += [random.choice((value.lower(), f" {value} ", value + "\n", value * 2, value[:-1], value[::-1]))]
    if isinstance(value, dict):
        worse += [{**value, random.choice(TEXTS): random.choice(TEXTS)}]
    return random.choice(worse)


def _deep(levels: int, *, list_: bool) -> Json:
    value: Json = 1
    for _ in range(levels):
        value = [value] if list_ else {"a": value}
    return value


def segment(make: Maker, path: str) -> str:
    """A path with one of its named parts spoiled."""
    parts = path.split("/")
    parts[make.random.randrange(min(3, len(parts) - 1), len(parts))] = make.random.choice(SEGMENTS)
    return "/".join(parts)


def query(make: Maker) -> str:
    """Odd words where a list expects a few."""
    random = make.random
    return "&".join(
        random.choice(
            (
                f"{random.choice(list(QUERIES))}={random.choice(QUERY_VALUES)}",
                f"{random.choice(list(QUERIES))}={random.choice(QUERY_VALUES)}",
                f"{_filter(random)}={random.choice(QUERY_VALUES)}",
                f"filters{random.choice(TAILS)}={random.choice(QUERY_VALUES)}",
                f"[created_at][{random.choice(('before', 'after', '', 'x'))}]={random.choice(QUERY_VALUES)}",
                random.choice(("&&&", "=", "a", "limit", "limit=1&limit=2", "limit[]=1", "page=1&page=x", "?")),
            )
        )
        for _ in range(random.choice((1, 1, 2, 4)))
    )


def _filter(random: Random) -> str:
    field, operator, tail = random.choice(FILTERED), random.choice(OPERATORS), random.choice(TAILS)
    return f"filters[{field}][conditions][{operator}]{tail}"


def form(make: Maker) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """A form, as OAuth wants it, or something like it."""
    fields = make.some(
        {
            "grant_type": make.random.choice(("client_credentials", "client_credentials", "password", "")),
            "scope": make.random.choice(("api", "api", "vouchers campaigns", "🍬", "")),
            "access_token": make.random.choice((make.named("access_token"),) * 4 + ("x", "x" * 5_000)),
            "a": "b",
        },
        chance=0.8,
    )
    content = urlencode([(name, value or "") for name, value in fields.items()])
    return (("Content-Type", "application/x-www-form-urlencoded"),), content.encode()


def multipart(make: Maker, content: str | None = None) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """A file, as browsers send one; now and then it is damaged."""
    boundary = "bonbon-fuzz"
    file = (csv(make) if content is None else content).encode()
    if make.likely(0.15):
        file = make.random.choice(
            (b"", b"\xff\xfe\x00", b"\xef\xbb\xbf" + file, file[: len(file) // 2], b"Code\r\n" * 9)
        )
    name = make.random.choice(("file", "file", "file", "files", "", "🍬"))
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a.csv"\r\n'
    said = head.encode() + b"Content-Type: text/csv\r\n\r\n" + file + f"\r\n--{boundary}--\r\n".encode()
    if make.likely(0.1):
        said = make.random.choice((said[:-12], said[4:], said.replace(b"\r\n", b"\n"), said * 2, b"--bonbon-fuzz--"))
    return (("Content-Type", f"multipart/form-data; boundary={boundary}"),), said


def wanderer(make: Maker) -> Ask:
    """A request for what is no route, or with no route's verb."""
    target = make.random.choice(PATHS)
    verb = make.random.choice(VERBS)
    return Ask(verb, target, SERVER, b"{}" if make.likely(0.3) else b"")
