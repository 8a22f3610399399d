"""How OAuth tokens look."""

from shared.domain.tokens import Token
from shared.wire.answers.parts import Json


def token(of: Token) -> Json:
    return {
        "access_token": of.secret,
        "client_id": of.app_id,
        "expires_at": int(of.until.timestamp()),
        "expires_in": of.seconds_left,
        "scope": "api",
        "token_type": "Bearer",
    }


def introspected(of: Token | str) -> Json:
    """A token as it stands; of one that is over, or never was, or is another project's, only that it is of no use."""
    return {"access_token": of, "active": False} if isinstance(of, str) else {**token(of), "active": True}
