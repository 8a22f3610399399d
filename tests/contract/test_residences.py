"""Where customers live and what they speak: told at any door, shown, asked for, and brought in by a file."""

import pytest

from tests.builders import Shop, fresh, ok, refusal


def found(shop: Shop, field: str, value: str) -> list[str]:
    """The source ids of customers who are asked for."""
    query = {"limit": "100", f"filters[{field}][conditions][$is]": value}
    return [it["source_id"] for it in shop.get("customers", **query)["customers"]]


def test_a_zone_and_a_language_are_kept_shown_and_asked_for(apart: Shop) -> None:
    ann = apart.customer("ann", time_zone="Europe/Dublin", locale="en-ie", address={"country": "Ireland"})
    assert (ann["time_zone"], ann["locale"]) == ("Europe/Dublin", "en-IE")
    apart.customer("bob", time_zone="Asia/Tokyo", locale="ja", address={"country": "ie"})
    assert (found(apart, "time_zone", "Europe/Dublin"), found(apart, "locale", "en-IE")) == (["ann"], ["ann"])
    assert sorted(found(apart, "country", "IE")) == ["ann", "bob"]
    moved = ok(apart.ask("PUT", "customers/ann", {"time_zone": None, "locale": "ga"}))
    assert ("time_zone" in moved, moved["locale"]) == (False, "ga")
    assert found(apart, "time_zone", "Europe/Dublin") == []


@pytest.mark.parametrize("country", ["IE", "Ireland"])
def test_a_number_is_read_where_the_customer_lives(shop: Shop, country: str) -> None:
    ann = shop.customer(phone="085 555 0199", address={"country": country})
    assert ann["phone"] == "+353855550199"
    again = ok(shop.ask("PUT", f"customers/{ann['id']}", {"phone": "+44 20 7946 0000"}))
    assert again["phone"] == "+442079460000"
    response = shop.ask("PUT", f"customers/{ann['id']}", {"phone": "020 7946 0000"})
    assert refusal(response) == (400, "invalid_payload")
    assert response.json()["details"].startswith("phone: has no country")


def test_a_birthday_told_by_two_names_is_one_day(shop: Shop) -> None:
    ann = shop.customer(birthdate="2000-02-29")
    both = shop.customer(ann["source_id"], birthday="2000-03-01")
    assert (both["birthdate"], both.get("birthday")) == ("2000-03-01", "2000-03-01")
    response = shop.ask("POST", "customers", {"birthdate": "2000-02-29", "birthday": "2000-03-01"})
    assert refusal(response) == (400, "invalid_payload")
    assert response.json()["details"] == "birthday: is another day than birthdate"


def test_a_file_tells_where_customers_live(shop: Shop) -> None:
    ann, bob = fresh("ann"), fresh("bob")
    rows = (
        "Source_id,Phone,Address_Country,Time_Zone,Locale",
        f"{ann},085 555 0199,IE,Europe/Dublin,en-IE",
        f"{bob},085 555 0199,,Mars/Olympus,en-IE",
    )
    answer = shop.http.post("/v1/customers/importCSV", files={"file": ("a.csv", "\n".join(rows).encode(), "text/csv")})
    told = shop.await_action(ok(answer)["async_action_id"])["result"]
    assert (told["done_count"], told["failed_count"]) == (1, 1)
    assert told["failed"][0]["details"].startswith("phone: has no country")
    assert "time_zone: is no time zone" in told["failed"][0]["details"]
    kept = shop.get(f"customers/{ann}")
    assert (kept["phone"], kept["time_zone"], kept["locale"]) == ("+353855550199", "Europe/Dublin", "en-IE")
