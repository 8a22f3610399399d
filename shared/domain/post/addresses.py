"""Where customers are reached."""

from shared.domain.customers import Customer
from shared.domain.post.deliveries import Channel


def addresses_of(customer: Customer, *, webhook: bool = True) -> dict[Channel, str]:
    """Where somebody is reached on each channel; in an app and on a page, by ``webhook``, the shop knows them by id."""
    profile, there = customer.profile, customer.id if webhook else None
    its = {"email": profile.email, "sms": profile.phone, "push": there, "web": there}
    return {channel: address for channel, address in its.items() if address}  # type: ignore[misc]
