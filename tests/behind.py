"""A local service seen from behind: the engine that it keeps its data in."""

import psutil

from infra.local.service import Service


def endpoint_of(service: Service) -> str:
    """Where the engine of a service answers."""
    [child] = psutil.Process(service.process.pid).children()
    return f"http://127.0.0.1:{child.environ()['GATEWAY_PORT']}"
