"""The brand: whom messages are from and how they look, settled and told."""

from os import environ

from shared.domain.post.brands import Brand
from shared.runtime.api import Api, Request
from shared.storage.brands import BrandStore
from shared.wire.answers import brands
from shared.wire.brands import BrandBody, refuse_strange_sender

handler = api = Api()


@api.get("/v1/brand", answer=brands.brand)
def get(request: Request) -> Brand:
    return BrandStore(request.table, request.project).get()


@api.put("/v1/brand", answer=brands.brand)
def settle(request: Request) -> Brand:
    brand = request.read(BrandBody).brand
    refuse_strange_sender(brand, environ.get("SENDER", ""))
    BrandStore(request.table, request.project).save(brand)
    return brand
