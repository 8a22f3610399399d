"""The brand stands beside the settings, and is trusted for a moment."""

from decimal import Decimal

from shared.domain.post.brands import Brand, Colors, Sender, TextMessages
from shared.storage.brands import BrandStore
from shared.storage.table import Table
from tests.storage.wire import Wire

BRAND = Brand(
    name="Bücher & Co",
    sender=Sender(name="Bücher & Co", address="news@bonbon.example"),
    colors=Colors(primary="#0b5fff"),
    footer={"de": "Servus", "en": "Cheers"},
    sms=TextMessages(sender_id="Buecher", prices={"IE": Decimal("0.07")}, currency="EUR"),
)


def test_a_project_has_none_until_it_says_otherwise(table: Table, project: str) -> None:
    brands = BrandStore(table, project)
    assert brands.get() == brands.now() == Brand()
    for brand in (BRAND, Brand(footer="Cheers"), Brand()):
        brands.save(brand)
        assert brands.get() == brands.now() == brand
    assert BrandStore(table, f"{project}_2").get() == Brand()


def test_it_is_read_once_in_a_moment(table: Table, project: str, wire: Wire) -> None:
    brands = BrandStore(table, project)
    brands.save(BRAND)
    assert [brands.now() for _ in range(3)] == [BRAND] * 3
    assert wire.calls == ["PutItem", "GetItem"]
