"""Everything that is not a route: a wrong verb is told apart from a path that does not exist."""

import json
import re
from typing import Any

from shared.domain.errors import MethodNotAllowed, NotFound, PromotionError, TooManyRequests
from shared.runtime import rate
from shared.runtime.api import instant, request_id, response, status_of
from shared.runtime.log import Line
from shared.runtime.routes import ROUTES
from shared.storage.answers import Answer
from shared.wire.answers import parts

PATHS = {route.path: re.compile(re.sub(r"\{\w+\}", "[^/]+", route.path)) for route in ROUTES}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one API Gateway event that matched no route."""
    line, http = Line(event["routeKey"], request_id(event)), event["requestContext"]["http"]
    allowed = sorted({route.method for route in ROUTES if PATHS[route.path].fullmatch(http["path"])})
    error: PromotionError = NotFound("path", http["path"][:200])
    if allowed:
        error = MethodNotAllowed(http["method"], ", ".join(allowed))
    left = rate.here.count(rate.NOBODY, at=instant(event))
    try:
        left.refuse_excess()
    except TooManyRequests as too_many:
        error = too_many
    status = status_of(error)
    said = parts.error(error, status=status, request_id=request_id(event))
    answer = Answer("", status, json.dumps(said, ensure_ascii=False))
    line.write("refused", status, key=error.key)
    return response(answer, left.headers())
