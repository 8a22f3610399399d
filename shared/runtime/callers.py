"""Who asks: a server with its key pair or a token of it, or a page of the shop with the client's.

A key opens its own side and no other: a server's nothing under ``/client/v1``, a client's nothing but that.
"""

from datetime import datetime
from typing import Any

from shared.domain.origins import admits
from shared.runtime import settings
from shared.storage.access_keys import AccessKey, AccessKeyStore
from shared.storage.tokens import TokenStore

CLIENT_SIDE = "/client/v1/"
OAUTH = "/v1/oauth/"
"""Where a token is no use: it would renew itself for ever."""
LONGEST = 200


def caller_of(event: dict[str, Any], *, at: datetime) -> AccessKey | None:
    """The key pair in whose name a request is made, if it opens that side."""
    headers, path = event["headers"], event["routeKey"].partition(" ")[2]
    if path.startswith(CLIENT_SIDE):
        key = _pair(headers.get("x-client-application-id"), headers.get("x-client-token"))
        return key if key and key.side == "client" and admits(key.origins, headers.get("origin")) else None
    if "x-app-id" in headers or "x-app-token" in headers or path.startswith(OAUTH):
        key = _pair(headers.get("x-app-id"), headers.get("x-app-token"))
    else:
        key = _bearer(headers.get("authorization", ""), at=at)
    return key if key and key.side == "server" else None


def _pair(app_id: str | None, token: str | None) -> AccessKey | None:
    if not (app_id and token) or len(app_id) > LONGEST:
        return None
    return AccessKeyStore(settings.table()).find(app_id, token)


def _bearer(header: str, *, at: datetime) -> AccessKey | None:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST:
        return None
    found = TokenStore(settings.table()).find(token, at=at)
    return AccessKeyStore(settings.table()).get(found.app_id) if found else None
