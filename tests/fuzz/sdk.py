"""What the official SDK says of each route: the model of its request and that of its answer, read from its source.

Its clients are generated, so each states its path, its verb and its models in the same words. The 1,400 models take
seconds to import and are asked for by name only.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

METHOD = re.compile(
    r"def (?P<name>[a-z]\w*)\(\n(?P<signature>.*?)\) -> .*?"
    r"_response_types_map: [^{]*{(?P<answers>[^}]*)}.*?"
    r"def _(?P=name)_serialize\(.*?method='(?P<method>\w+)',\s*resource_path='(?P<path>[^']+)'",
    re.DOTALL,
)
BODY = re.compile(
    r"^\s+\w+_body(?:_item)?: (?:Annotated\[)?(?:Optional\[)?(?P<many>(?:Annotated\[)?List\[)?(?P<model>\w+)",
    re.MULTILINE,
)
RESPONSE = re.compile(r"'2\w\w': \"(?P<model>\w+)\"")


class Models(NamedTuple):
    """The names of a route's models, where the SDK knows them."""

    request: str | None
    response: str | None
    many: bool = False
    """Whether the request is an array of its model."""


@cache
def known() -> dict[str, Models]:
    """Each route of the SDK → its models; what stands in braces is left out, for there names differ."""
    return dict(_read())


def models_of(route: str) -> Models:
    """The models of a row of our routes.

    >>> models_of("POST /v1/vouchers/{code}").response
    'VouchersCreateResponseBody'
    """
    return known().get(nameless(route), Models(None, None))


def nameless(route: str) -> str:
    """A route without its parameters' names.

    >>> nameless("GET /v1/campaigns/{campaignId}")
    'GET /v1/campaigns/{}'
    """
    return re.sub(r"{\w+}", "{}", route)


def model(name: str) -> Any:
    """A model by its name; plain types that the SDK names as answers are none."""
    import voucherify

    return getattr(voucherify, name, None)


def _read() -> Iterator[tuple[str, Models]]:
    spec = find_spec("voucherify")
    assert spec
    assert spec.origin
    for source in sorted((Path(spec.origin).parent / "api").glob("*_api.py")):
        for found in METHOD.finditer(source.read_text()):
            request, response = BODY.search(found["signature"]), RESPONSE.search(found["answers"])
            models = Models(
                request and request["model"], response and response["model"], many=bool(request and request["many"])
            )
            yield nameless(f"{found['method']} {found['path']}"), models
