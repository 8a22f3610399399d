"""What may be said of an OAuth token; always in a form."""

from typing import Annotated, Literal

from pydantic import Field

from shared.domain.model import Frozen


class Grant(Frozen):
    """A token for a key pair, for whatever the pair may do: a narrower scope is refused by name."""

    grant_type: Literal["client_credentials"]
    scope: Literal["api"]


class NamedToken(Frozen):
    access_token: Annotated[str, Field(min_length=1, max_length=200)]
