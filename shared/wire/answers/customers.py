"""How customers look."""

from shared.domain.customers import Customer
from shared.wire.answers.parts import Json, present


def customer(of: Customer) -> Json:
    """A customer as other things show one: enough to know who it is."""
    profile = of.profile
    return present(
        id=of.id,
        source_id=profile.source_id,
        name=profile.name,
        email=profile.email,
        metadata=profile.metadata or {},
        object="customer",
    )
