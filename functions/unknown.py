"""Everything that is not a route: a wrong verb is told apart from a path that does not exist."""

import json
import re
from typing import Any

from shared.domain.errors import MethodNotAllowed, NotFound, PromotionError
from shared.runtime.api import response, status_of
from shared.runtime.routes import ROUTES
from shared.storage.answers import Answer
from shared.wire.answers import parts

PATHS = {route.path: re.compile(re.sub(r"\{\w+\}", "[^/]+", route.path)) for route in ROUTES}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one API Gateway event that matched no route."""
    http = event["requestContext"]["http"]
    allowed = sorted({route.method for route in ROUTES if PATHS[route.path].fullmatch(http["path"])})
    error: PromotionError = NotFound("path", http["path"][:200])
    if allowed:
        error = MethodNotAllowed(http["method"], ", ".join(allowed))
    status = status_of(error)
    request_id = f"v-{event['requestContext']['requestId'].replace('-', '')[:24]}"
    said = parts.error(error, status=status, request_id=request_id)
    return response(Answer("", status, json.dumps(said, ensure_ascii=False)))
