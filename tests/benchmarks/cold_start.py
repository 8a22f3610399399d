"""What a Lambda pays before its first request: imports and the client, in CPU milliseconds."""

import os
import resource
import subprocess
import sys
from statistics import median

from rich.table import Table

ROUNDS = 15
BARE = "import boto3; boto3.client('dynamodb')"
CASES = {
    "bare boto3 client": BARE,
    "validate": "import functions.validate; from shared.runtime import settings; settings.table()",
    "redeem": "import functions.redeem; from shared.runtime import settings; settings.table()",
}
ENVIRONMENT = {
    **os.environ,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "TABLE_NAME": "bonbon",
    "POWERTOOLS_SERVICE_NAME": "bonbon",
    "PYTHONDONTWRITEBYTECODE": "",
}


def measure() -> Table:
    """Every case once a round, in turn, so that all see the same weather; the interpreter's own start taken off."""
    spent: dict[str, list[float]] = {name: [] for name in ("", *CASES)}
    for code in CASES.values():
        _cpu_ms(code)  # compiles what is not compiled yet, as the deployed asset and layer are
    for _ in range(ROUNDS):
        for name, code in {"": "pass", **CASES}.items():
            spent[name].append(_cpu_ms(code))
    start = median(spent.pop(""))
    floor = median(spent["bare boto3 client"]) - start
    table = Table(
        "cold start", "CPU ms", "× bare client", title=f"Cold start (median of {ROUNDS})", title_justify="left"
    )
    for name, times in spent.items():
        took = median(times) - start
        table.add_row(name, f"{took:.0f}", f"{took / floor:.2f}")
    return table


def _cpu_ms(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
