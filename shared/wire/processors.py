"""What may be said of who else receives personal data."""

from typing import Annotated

from pydantic import Field

from shared.domain.post.processors import MOST, Processor, Register
from shared.wire.body import Body


class RegisterBody(Body):
    """A register, whole: one that is left out is the default, one that is null names nobody."""

    processors: Annotated[tuple[Processor, ...], Field(max_length=MOST)] | None = None

    @property
    def register(self) -> Register:
        said = "processors" in self.model_fields_set
        return Register(processors=(self.processors or ()) if said else None)
