"""A morning before the fuzz: somebody was written to, so that there is a delivery to ask about."""

from datetime import UTC, datetime, time, timedelta

from infra.local.service import Service
from tests.builders import SANDBOX, Clock, Shop

NAME = "Morning"


def live_through(service: Service) -> None:
    """Yesterday from eight to ten, with a message at nine."""
    with Clock(service.url) as clock, Shop(service.url, SANDBOX) as shop:
        day = clock.now.date() - timedelta(days=1)
        clock.set(datetime.combine(day, time(8), UTC))
        shop.customer(NAME, name="Ann", email="ann@example.com", time_zone="UTC")
        shop.consent(NAME)
        shop.schedule({"type": "ONCE", "date": day.isoformat()}, name=NAME)
        clock.set(datetime.combine(day, time(10), UTC))
        assert len(shop.deliveries(status="SENT")) == 1
