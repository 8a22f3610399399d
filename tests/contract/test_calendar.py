"""The calendar's examples, as the mission and the field's faults tell them, over HTTP and by the clock on the wall."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infra.local.service import running
from tests.builders import SANDBOX, Clock, Shop, amount_off, fresh, ok, percent_off

DUBLIN, NEW_YORK = "Europe/Dublin", "America/New_York"


class Calendar:
    """A service of its own, its clock and its outbox."""

    def __init__(self, shop: Shop, clock: Clock) -> None:
        self.shop, self.clock = shop, clock

    def person(self, name: str, zone: str = DUBLIN, **fields: Any) -> str:
        """Somebody who wants to be written to; the name."""
        self.shop.customer(
            name, name=name, email=f"{name}@example.com", **({"time_zone": zone} if zone else {}), **fields
        )
        self.shop.consent(name)
        return name

    def offer(self, discount: dict[str, Any], **fields: Any) -> dict[str, str]:
        """A campaign that makes its codes as they are needed."""
        made = {"name": fresh("campaign"), "type": "AUTO_UPDATE", **fields}
        voucher = {"type": "DISCOUNT_VOUCHER", "discount": discount, "redemption": {"quantity": 1}}
        return {"id": ok(self.shop.ask("POST", "campaigns", {**made, "voucher": voucher}))["id"]}

    def go(self, wall: str, zone: str = "UTC") -> None:
        """Wait until clocks of a zone show this."""
        self.clock.set(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)))

    def mails(self, *names: str) -> list[tuple[str, str]]:
        """To whom of these mails have gone, and when."""
        wanted = {f"{name}@example.com": name for name in names}
        return sorted((wanted[it["to"]], it["at"][:16]) for it in self.shop.outbox() if it["to"] in wanted)

    def code(self, name: str) -> str:
        """The code in somebody's only mail."""
        [mail] = [it for it in self.shop.outbox() if it["to"] == f"{name}@example.com"]
        return str(mail["body"]).split()[0]


@pytest.fixture(scope="module")
def service_apart() -> Iterator[tuple[Shop, Clock]]:
    """No test of another module moves this clock, and none leaves a schedule behind here."""
    with running() as service, Shop(service.url, SANDBOX) as shop, Clock(service.url) as clock:
        yield shop, clock


@pytest.fixture
def calendar(service_apart: tuple[Shop, Clock]) -> Iterator[Calendar]:
    """Each test in a March of its own past; its schedules are off again when it ends."""
    shop, clock = service_apart
    clock.set(datetime(2027, 3, 1, 12, tzinfo=UTC))
    yield Calendar(shop, clock)
    for schedule in shop.get("schedules", limit=100)["schedules"]:
        if schedule["active"]:
            ok(shop.ask("POST", f"schedules/{schedule['id']}/disable"))


def test_m10_a_birthday_is_worth_20_off_and_never_more_than_the_cart(calendar: Calendar) -> None:
    ann = calendar.person("ann-b", birthdate="1990-03-17")
    calendar.shop.schedule({"type": "BIRTHDAY"}, campaign=calendar.offer(amount_off(20_00)))
    calendar.go("2027-03-17T08:59", DUBLIN)
    assert calendar.mails(ann) == []
    calendar.go("2027-03-17T09:00", DUBLIN)
    assert calendar.mails(ann) == [(ann, "2027-03-17T09:00")]
    redeemed = calendar.shop.redeemed(calendar.code(ann), amount=15_00, customer={"source_id": ann})
    assert redeemed["order"]["total_amount"] == 0
    calendar.go("2028-03-16T12:00", DUBLIN)
    assert calendar.mails(ann) == [(ann, "2027-03-17T09:00")]


def test_the_first_anniversary_is_half_off_up_to_500(calendar: Calendar) -> None:
    names = [calendar.person("anniversary-1"), calendar.person("anniversary-2")]
    campaign = calendar.offer(percent_off(50, amount_limit=500_00))
    schedule = calendar.shop.schedule(
        {"type": "ANNIVERSARY", "attribute": "created_at", "years": [1]}, campaign=campaign
    )
    calendar.go("2028-03-01T08:59", DUBLIN)
    assert calendar.mails(*names) == []
    calendar.go("2028-03-01T12:00", DUBLIN)
    assert calendar.mails(*names) == [(name, "2028-03-01T09:00") for name in names]
    redeemed = [
        calendar.shop.redeemed(calendar.code(name), amount=amount)["order"]["total_amount"]
        for name, amount in zip(names, (1_200_00, 900_00), strict=True)
    ]
    assert redeemed == [700_00, 450_00]
    coming = calendar.shop.get(f"schedules/{schedule['id']}/preview", **{"from": "2029-02-24", "to": "2029-03-02"})
    assert coming["runs"] == []


def test_st_patrick_is_for_customers_of_ireland_on_17_march_where_they_are(calendar: Calendar) -> None:
    home = calendar.person("pat-home", "", address={"country": "IE"})
    abroad = calendar.person("pat-abroad", NEW_YORK, address={"country": "Ireland"})
    stranger = calendar.person("pat-stranger", DUBLIN, address={"country": "US"})
    calendar.shop.schedule({"type": "HOLIDAY", "country": "IE", "name": "Saint Patrick's Day"})
    calendar.go("2027-03-20T00:00")
    assert calendar.mails(home, abroad, stranger) == [(abroad, "2027-03-17T13:00"), (home, "2027-03-17T09:00")]


def test_a_day_is_one_day_where_everybody_is(calendar: Calendar) -> None:
    east, west = calendar.person("dog-east", "Pacific/Kiritimati"), calendar.person("dog-west", "Pacific/Pago_Pago")
    calendar.shop.schedule({"type": "DAY", "month": 8, "day": 26})
    calendar.go("2027-08-28T00:00")
    assert calendar.mails(east, west) == [(east, "2027-08-25T19:00"), (west, "2027-08-26T20:00")]


def test_born_on_29_february_is_congratulated_every_year_as_the_schedule_says(calendar: Calendar) -> None:
    name = calendar.person("leapling", birthdate="2000-02-29")
    calendar.shop.schedule({"type": "BIRTHDAY"}, leap_day="MAR_1")
    calendar.go("2029-03-02T00:00")
    assert calendar.mails(name) == [(name, "2028-02-29T09:00"), (name, "2029-03-01T09:00")]
    assert calendar.shop.get(f"customers/{name}")["birthdate"] == "2000-02-29"


def test_a_time_that_the_clocks_skip_or_show_twice_comes_once(calendar: Calendar) -> None:
    spring = calendar.person("dst-spring", birthdate="1990-03-28")
    autumn = calendar.person("dst-autumn", birthdate="1990-10-31")
    ok(calendar.shop.ask("PUT", "contact-policy", {"quiet_hours": None}))
    calendar.shop.schedule({"type": "BIRTHDAY"}, send_at="01:30")
    calendar.go("2027-12-01T00:00")
    ok(calendar.shop.ask("PUT", "contact-policy", {}))
    assert calendar.mails(spring, autumn) == [(autumn, "2027-10-31T00:30"), (spring, "2027-03-28T01:00")]


def test_switching_a_schedule_on_never_mails_the_past(calendar: Calendar) -> None:
    early = calendar.person("switch-early", birthdate="1990-03-05")
    late = calendar.person("switch-late", birthdate="1990-03-07")
    schedule = calendar.shop.schedule({"type": "BIRTHDAY"}, active=False)
    calendar.go("2027-03-05T10:00", DUBLIN)
    ok(calendar.shop.ask("POST", f"schedules/{schedule['id']}/enable"))
    calendar.go("2027-03-08T00:00")
    assert calendar.mails(early, late) == [(late, "2027-03-07T09:00")]


def test_a_birthday_or_a_zone_edited_before_the_run_moves_it_and_after_it_nothing_comes(calendar: Calendar) -> None:
    moved = calendar.person("edit-day", birthdate="1990-03-10")
    travelled = calendar.person("edit-zone", birthdate="1990-03-10")
    twice = calendar.person("edit-late", birthdate="1990-03-03")
    calendar.shop.schedule({"type": "BIRTHDAY"})
    calendar.go("2027-03-05T00:00")
    calendar.shop.customer(moved, birthdate="1990-03-12")
    calendar.shop.customer(travelled, time_zone=NEW_YORK)
    calendar.shop.customer(twice, birthdate="1990-03-20")
    calendar.go("2027-03-31T00:00")
    assert calendar.mails(moved, travelled, twice) == [
        (moved, "2027-03-12T09:00"),
        (twice, "2027-03-03T09:00"),
        (travelled, "2027-03-10T14:00"),
    ]


def test_who_moves_east_past_the_hour_of_their_run_is_not_forgotten_and_who_moves_back_not_written_to_twice(
    calendar: Calendar,
) -> None:
    east = calendar.person("moves-east", NEW_YORK, birthdate="1990-03-10")
    back = calendar.person("moves-back", "Pacific/Kiritimati", birthdate="1990-03-10")
    stays = calendar.person("moves-later", NEW_YORK, birthdate="1990-03-11")
    calendar.shop.schedule({"type": "BIRTHDAY"})
    calendar.go("2027-03-10T10:10", DUBLIN)
    calendar.shop.customer(east, time_zone=DUBLIN)
    calendar.shop.customer(back, time_zone="Pacific/Pago_Pago")
    calendar.shop.customer(stays, time_zone=DUBLIN)
    calendar.go("2027-03-20T00:00")
    assert calendar.mails(east, back, stays) == [
        (back, "2027-03-09T19:00"),
        (east, "2027-03-10T10:15"),
        (stays, "2027-03-11T09:00"),
    ]


def test_an_offset_is_counted_in_the_customers_days(calendar: Calendar) -> None:
    name = calendar.person("offset", "Pacific/Auckland", birthdate="1990-03-17")
    calendar.shop.schedule({"type": "BIRTHDAY"}, offset="-P7D", send_at="08:00")
    calendar.go("2027-03-20T00:00")
    assert calendar.mails(name) == [(name, "2027-03-09T19:00")]


def test_a_code_that_is_good_for_a_day_ends_with_tomorrow_where_its_holder_is(calendar: Calendar) -> None:
    name = calendar.person("expiry", NEW_YORK, birthdate="1990-03-20")
    calendar.shop.schedule({"type": "BIRTHDAY"}, validity="P1D")
    calendar.go("2027-03-21T23:59", NEW_YORK)
    code = calendar.code(name)
    assert calendar.shop.validate(code)["valid"] is True
    calendar.go("2027-03-22T00:00", NEW_YORK)
    assert calendar.shop.validate(code)["valid"] is False


def test_without_consent_nothing_leaves_and_no_code_is_given_away(calendar: Calendar) -> None:
    silent = calendar.person("silent", birthdate="1990-03-06")
    calendar.shop.consent(silent, granted=False)
    schedule = calendar.shop.schedule({"type": "BIRTHDAY"})
    calendar.go("2027-03-07T00:00")
    assert calendar.mails(silent) == []
    assert calendar.shop.get("publications", customer=silent)["total"] == 0
    [run] = [it for it in calendar.shop.runs(schedule["id"]) if it["day"] == "2027-03-06"]
    assert (run["day"], run["due"], run["sent"], run["dropped"]["by_reason"]) == ("2027-03-06", 1, 0, {"no_consent": 1})


def test_what_is_due_in_quiet_hours_waits_for_their_end_and_two_on_one_day_are_one_a_day(calendar: Calendar) -> None:
    name = calendar.person("quiet", birthdate="1990-03-06")
    calendar.shop.schedule({"type": "BIRTHDAY"}, send_at="06:00")
    calendar.shop.schedule({"type": "BIRTHDAY"}, send_at="12:00")
    calendar.go("2027-03-06T07:00", DUBLIN)
    assert [it["status"] for it in calendar.shop.deliveries(customer=name)] == ["DEFERRED"]
    calendar.go("2027-03-09T00:00")
    assert calendar.mails(name) == [(name, "2027-03-06T08:00"), (name, "2027-03-07T08:00")]


def test_ninety_quiet_days_are_over_at_once(calendar: Calendar) -> None:
    calendar.person("far-off", birthdate="1990-12-24")
    calendar.shop.schedule({"type": "BIRTHDAY"})
    calendar.clock.forward(timedelta(days=90))
    assert calendar.mails("far-off") == []
