"""A shop names its customers as it likes: whatever characters an id has, everybody of the run is found."""

from datetime import date

import pytest

from infra.local import engine
from shared.domain.calendar.residences import Residence
from shared.domain.calendar.schedules import Run
from shared.storage.agenda import Agenda
from shared.storage.table import Table
from tests.agendas import Celebrant, FakeAgenda, laid_down, schedule
from tests.unit.values import AT

ODD = ("cust_a#b", "cust_#", "cust_a\nb", "cust_ü 😀", "cust_plain")
WED = "metadata.the#\nday"
DAY = date(2026, 3, 17)
DUBLIN = "Europe/Dublin"


@pytest.mark.parametrize(
    "occasion",
    [{"type": "BIRTHDAY"}, {"type": "ANNIVERSARY", "attribute": WED}, {"type": "DAY", "month": 3, "day": 17}],
)
def test_whatever_an_id_is_made_of(client: object, project: str, occasion: dict[str, object]) -> None:
    engine.create_table(client.meta.endpoint_url, "odd")  # type: ignore[attr-defined]
    table = Table(client, "odd")  # type: ignore[arg-type]
    days = {"birthdate": date(1990, 3, 17), WED: date(2020, 3, 17)}
    people = [Celebrant(id_, Residence("IE", DUBLIN), days) for id_ in ODD]
    table.put_many(laid_down(project, FakeAgenda(people=people)))
    agenda, of = Agenda(table), schedule(occasion)
    run = Run(schedule_id=of.id, day=DAY, zone=DUBLIN, at=AT)
    found = [*agenda.due(project, of, run)]
    assert sorted(it.id for it in found) == sorted(ODD)
    for place in range(len(found)):
        assert [*agenda.due(project, of, run, after=found[place].place)] == found[place + 1 :]
    assert dict(agenda.by_zone(project, of, DAY)) == {DUBLIN: len(ODD)}
