"""Liquid: what a template may say, what is wrong with one, and its words with the facts filled in.

Templates come from the shop and facts from its customers, so neither is trusted: in markup every fact is escaped, and
a template can neither read another one, nor write past what mail programs show, nor run for ever.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache, wraps
from itertools import chain, takewhile
from typing import Any

from liquid import BoundTemplate, Environment, RenderContext, Undefined
from liquid.builtin.expressions.loop import LoopExpression
from liquid.builtin.expressions.primitive import RangeLiteral

ANY = None
"""Whatever stands below it is a shop's own."""


def _fields(*names: str, **more: Any) -> dict[str, Any]:
    return {**{name: {} for name in names}, **more}


KNOWN = _fields(
    "unsubscribe_url",
    customer=_fields(
        *("id", "source_id", "name", "first_name", "email", "phone", "locale", "birthdate"),
        address=_fields("city", "state", "line_1", "line_2", "country", "postal_code"),
        metadata=ANY,
    ),
    voucher=_fields(
        *("code", "type", "category", "start_date", "expiration_date"),
        discount=_fields(
            *("type", "effect", "amount_off", "percent_off", "fixed_amount", "amount_limit", "aggregated_amount_limit")
        ),
        gift=_fields("amount", "balance"),
        metadata=ANY,
    ),
    campaign=_fields("name", "description", metadata=ANY),
    occasion=_fields("type", "name", "day", "years"),
    brand=_fields(
        *("name", "logo_url", "footer", "postal_address", "reply_to"),
        colors=_fields("primary", "background", "text"),
    ),
)
"""The variables that there are; what is below each."""
OF_ANYTHING = ("size", "first", "last")
LEFT_OUT = ("include", "render", "safe")
"""Tags and a filter: a template is whole by itself; and what a customer said never becomes markup."""
NEVER_SHOWN = dict.fromkeys(
    code for code in (*range(32), *range(127, 160), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n\r\x85"
)
"""Characters that markup cannot have, and those that steer a terminal: names and metadata may hold some of them."""
LONGEST_LOOP = 10_000
LONGEST_WRITTEN = 500_000
"""Characters of what a template writes, and bytes of what it keeps in variables."""
LONGEST_EXPRESSION = 4_000
"""Characters within one pair of braces; twenty thousand opening brackets keep the parser busy for seconds."""
LONGEST_TOLD = 200
DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Of a currency's amounts, where they are not 2 (ISO 4217)."""


def filled_in(source: str, facts: Mapping[str, Any], *, markup: bool) -> str:
    """A template's words with the facts filled in. Whatever goes wrong in it is raised as it is."""
    return str(_compiled(source, markup=markup).render(**facts)).translate(NEVER_SHOWN)


def wrong_with(source: str, *, markup: bool) -> str | None:
    r"""What is wrong with a template, after its line; None where nothing is.

    >>> wrong_with("Dear {{ customer.name }},\n{{ voucher.coed }}", markup=False)
    'line 2: there is no voucher.coed'
    """
    try:
        if (start := next(_endless(source), None)) is not None:
            return f"line {_line(source, start)}: more than {LONGEST_EXPRESSION} characters in one pair of braces"
        template = _compiled(source, markup=markup)
        return next(chain(_unknown(template, source), _of_loops_only(template)), None)
    except Exception as error:  # noqa: BLE001 - a template can fail in as many ways as there are templates
        return what_failed(error)


def said_by(*sources: str) -> frozenset[str]:
    """The facts that templates may write or ask for, each as its path.

    >>> sorted(said_by("Dear {{ customer.name }}, {% if customer.metadata.club %}…{% endif %}", "{{ voucher.code }}"))
    ['customer.metadata.club', 'customer.name', 'voucher.code']
    """
    known = (_compiled(source, markup=False).analyze(include_partials=False).globals for source in sources)
    return frozenset(_path(it.segments) for told in known for variables in told.values() for it in variables)


def _path(segments: list[Any]) -> str:
    """A variable's path, as far as it is written down."""
    return ".".join(takewhile(lambda it: isinstance(it, str), segments))


def what_failed(error: Exception) -> str:
    """What a template failed of, in words; where it is known, after its line."""
    message = " ".join(str(getattr(error, "message", None) or "cannot be rendered").split())[:LONGEST_TOLD]
    where = error.context() if hasattr(error, "context") else None
    return f"line {where[0]}: {message}" if where else message


def nameless(called: str) -> object:
    """Stands for a name that is not known: nothing where a template asks, and this where it only writes it."""

    class Nameless(Undefined):
        __slots__ = ()

        def __str__(self) -> str:
            return called

    return Nameless("name")


def money(amount: object, currency: object = "") -> str:
    """An amount in minor units as people write it, with as many decimals as its currency has.

    >>> money(2000), money(275, "JPY"), money(1_234_567), money(None)
    ('20.00', '275', '12345.67', '')
    """
    if isinstance(amount, bool) or not isinstance(amount, int):
        return ""
    decimals = DECIMALS.get(str(currency).upper(), 2)
    whole, part = divmod(abs(amount), 10**decimals)
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole}.{part:0{decimals}}" if decimals else f"{sign}{whole}"


def _line(source: str, index: int) -> int:
    return source.count("\n", 0, index) + 1


def _endless(source: str) -> Iterator[int]:
    """Where braces open that are not closed for longer than anybody writes."""
    for opened in re.finditer(r"\{[{%]", source):
        within = source[opened.end() : opened.end() + LONGEST_EXPRESSION]
        if len(within) == LONGEST_EXPRESSION and "}}" not in within and "%}" not in within:
            yield opened.end()


def _unknown(template: BoundTemplate, source: str) -> Iterator[str]:
    """Each variable, filter and tag in a template that is none."""
    said = template.analyze(include_partials=False)

    for variables in said.globals.values():
        for variable in variables:
            if problem := _strange(variable.segments):
                yield f"line {_line(source, variable.span.index)}: {problem}"
    for name, places in said.filters.items():
        if name not in template.env.filters:
            yield f"line {_line(source, places[0].index)}: there is no filter {name[:LONGEST_TOLD]}"


def _strange(segments: list[Any]) -> str | None:
    """What is wrong with a variable's path."""
    said = ".".join(str(it) if isinstance(it, str | int) else "[…]" for it in segments)[:LONGEST_TOLD]
    at: Any = KNOWN
    for number, segment in enumerate(segments):
        if at is ANY or (number > 1 and not at and segment in OF_ANYTHING):
            return None
        if not isinstance(segment, str) or segment not in at:
            return f"there is no {said}"
        at = at[segment]
    # {{ customer }} would write down all that is known of somebody
    return f"{said} is not to be written as a whole: name a field of it" if at and len(segments) == 1 else None


def _of_loops_only(template: BoundTemplate) -> Iterator[str]:
    """Each range that no loop counts: a filter would make a list of a billion numbers out of it."""
    context = RenderContext(template)

    def strays(expression: Any) -> bool:
        if isinstance(expression, RangeLiteral):
            return True
        return not isinstance(expression, LoopExpression) and any(map(strays, expression.children()))

    def within(nodes: Iterable[Any]) -> Iterator[str]:
        for node in nodes:
            if any(map(strays, node.expressions())):
                line = _line(node.token.source, node.token.start_index)
                yield f"line {line}: a range, (1..9), stands in a for and nowhere else"
            yield from within(node.children(context, include_partials=False))

    return within(template.nodes)


@lru_cache(maxsize=128)
def _compiled(source: str, *, markup: bool) -> BoundTemplate:
    return _environment(markup=markup).from_string(source)


@cache
def _environment(*, markup: bool) -> Environment:
    class Bounded(Environment):
        loop_iteration_limit = LONGEST_LOOP
        output_stream_limit = LONGEST_WRITTEN
        local_namespace_limit = LONGEST_WRITTEN

    environment = Bounded(autoescape=markup)
    for name in LEFT_OUT:
        (environment.tags if name in environment.tags else environment.filters).pop(name)
    for name, filter_ in (("replace", environment.filters["replace"]), ("join", environment.filters["join"])):
        environment.add_filter(name, _bounded(filter_))
    environment.add_filter("date", _of_something(environment.filters["date"]))
    environment.add_filter("money", money)
    return environment


def _of_something(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that makes nothing of nothing: a voucher without an end is no reason to lose a message."""

    @wraps(filter_)
    def of_something(left: Any, *said: Any, **more: Any) -> Any:
        return "" if left is None else filter_(left, *said, **more)

    return of_something


def _bounded(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that puts a text in many places; refused where it would write more than may be written."""

    @wraps(filter_)
    def bounded(left: Any, *said: Any, **more: Any) -> Any:
        sought, put = (str(said[0]), str(said[-1])) if len(said) > 1 else ("", "".join(map(str, said)))
        places = len(left) if isinstance(left, list | tuple) else str(left).count(sought)
        if places * len(put) > LONGEST_WRITTEN:
            raise ValueError("writes too much")
        return filter_(left, *said, **more)

    return bounded
