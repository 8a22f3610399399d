"""Exchange a key pair for a token that goes by its name for a quarter of an hour; ask about a token; end one."""

from http import HTTPStatus

from shared.domain.tokens import Token
from shared.runtime.api import Api, Request
from shared.storage.tokens import TokenStore
from shared.wire.answers import oauth
from shared.wire.oauth import Grant, NamedToken

handler = api = Api()


@api.post("/v1/oauth/token", answer=oauth.token, outcome="token_issued", remembered=False)
def issue(request: Request) -> Token:
    request.form(Grant)
    return TokenStore(request.table).issue(request.key, at=request.at)


@api.post("/v1/oauth/introspect", answer=oauth.introspected, outcome="token_shown", remembered=False)
def introspect(request: Request) -> Token | str:
    secret = request.form(NamedToken).access_token
    return _own(request, secret) or secret


@api.post("/v1/oauth/token/revoke", answer=str, status=HTTPStatus.NO_CONTENT, outcome="token_revoked", remembered=False)
def revoke(request: Request) -> None:
    """One that is no token, or another project's, is no use here before and after: it is answered alike (RFC 7009)."""
    if token := _own(request, request.form(NamedToken).access_token):
        TokenStore(request.table).revoke(token.secret)


def _own(request: Request, secret: str) -> Token | None:
    token = TokenStore(request.table).find(secret, at=request.at)
    return token if token and token.project == request.project else None
