"""A local service seen from behind: the engine that it keeps its data in."""

from typing import Any

import boto3
import psutil

from infra.local import engine
from infra.local.service import Service
from shared.storage.table import Table


def endpoint_of(service: Service) -> str:
    """Where the engine of a service answers."""
    [child] = psutil.Process(service.process.pid).children()
    return f"http://127.0.0.1:{child.environ()['GATEWAY_PORT']}"


def table_of(service: Service) -> Table:
    """The table of a service."""
    return Table(client_of(service), engine.TABLE)


def client_of(service: Service) -> Any:
    """A client of what a service keeps its table in."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint_of(service),
        region_name=engine.CREDENTIALS["AWS_REGION"],
        aws_access_key_id=engine.CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=engine.CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
