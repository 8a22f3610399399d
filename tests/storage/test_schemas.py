"""Schemas stand in the settings' item: each by itself, and whoever reads something anyway reads them along."""

from shared.domain.errors import InvalidPayload
from shared.storage.projects import ProjectStore
from shared.storage.table import Table
from tests.builders import at_once
from tests.storage.wire import Wire
from tests.unit.test_schemas import NUMBER, schema
from tests.unit.till import Till


def test_schemas_and_settings_leave_each_other_alone(till: Till) -> None:
    projects = till.stores.projects
    order, customer = schema("order", {"x": NUMBER | {"gte": 2.5}}, only=True), schema("customer", {})
    projects.save_schema(order)
    till.settle(time_zone="Europe/Dublin", redeemables_limit=7)
    projects.save_schema(customer)
    settled = projects.get()
    assert (settled.time_zone, settled.stacking.redeemables_limit) == ("Europe/Dublin", 7)
    assert settled.schemas.of == {"order": order, "customer": customer}
    projects.save_schema(schema("order", {}))
    assert projects.get().schemas.of == {"order": schema("order", {}), "customer": customer}


def test_two_who_settle_at_once_both_do(table: Table, project: str) -> None:
    resources = [f"Custom_{number}" for number in range(8)]
    at_once(lambda resource: ProjectStore(table, project).save_schema(schema(resource, {"x": NUMBER})), resources)
    assert [*sorted(ProjectStore(table, project).get().schemas.of)] == resources


def test_nobody_pays_a_round_trip_for_them(on_table: Till, wire: Wire) -> None:
    on_table.stores.projects.save_schema(schema("customer", {"x": NUMBER}))
    for knock, trips in (
        (lambda: on_table.keep("ann", metadata={"x": "1"}), ["BatchGetItem"]),
        (lambda: on_table.place(customer="ann"), ["BatchGetItem"]),
        (lambda: on_table.redeem("MUG", customer="ann"), ["BatchGetItem"]),
    ):
        ProjectStore._warm.clear()
        wire.calls.clear()
        refused = False
        try:
            knock()
        except InvalidPayload:
            refused = True
        assert (refused, wire.calls) == (True, trips)
