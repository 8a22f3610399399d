"""Products and SKUs: what a shop sells, as far as its rules ask."""

from shared.domain.lists import Listed, Query
from shared.domain.products import MOST_SHOWN, Product, ProductSaid, Sku, SkuSaid, Stocked
from shared.runtime.api import Api, Request
from shared.runtime.pages import query_of
from shared.storage.products import ProductStore
from shared.usecases import products as usecases
from shared.wire.answers import products
from shared.wire.lists import PRODUCTS, SKUS
from shared.wire.products import ProductChange, SkuChange

handler = api = Api()


@api.post("/v1/products", answer=products.product)
def upsert(request: Request) -> Product:
    said = request.read(ProductSaid)
    return usecases.upsert_product(said, at=request.at, products=_products(request), chance=request.chance)


@api.get("/v1/products", answer=products.products)
def list_all(request: Request) -> Listed[Product]:
    return _products(request).wanted(query_of(request, PRODUCTS))


@api.get("/v1/products/{product_id}", answer=products.stocked)
def get(request: Request, product_id: str) -> Stocked:
    store = _products(request)
    product = store.get(product_id)
    none: Listed[Sku] = Listed((), 0, more=False)
    return Stocked(product, store.wanted_skus(product, Query(request.at, limit=MOST_SHOWN)) if product.skus else none)


@api.put("/v1/products/{product_id}", answer=products.product)
def update(request: Request, product_id: str) -> Product:
    change = request.read(ProductChange).of
    return usecases.change_product(product_id, change, at=request.at, products=_products(request))


@api.delete("/v1/products/{product_id}")
def delete(request: Request, product_id: str) -> None:
    usecases.delete_product(product_id, products=_products(request))


@api.post("/v1/products/{product_id}/skus", answer=products.sku)
def upsert_sku(request: Request, product_id: str) -> Sku:
    said = request.read(SkuSaid)
    return usecases.upsert_sku(product_id, said, at=request.at, products=_products(request), chance=request.chance)


@api.get("/v1/products/{product_id}/skus", answer=products.skus)
def list_skus(request: Request, product_id: str) -> Listed[Sku]:
    store = _products(request)
    return store.wanted_skus(store.get(product_id), query_of(request, SKUS))


@api.get("/v1/products/{product_id}/skus/{sku_id}", answer=products.sku)
def get_sku_of_product(request: Request, product_id: str, sku_id: str) -> Sku:
    return _products(request).get_sku(sku_id, of=product_id)


@api.put("/v1/products/{product_id}/skus/{sku_id}", answer=products.sku)
def update_sku(request: Request, product_id: str, sku_id: str) -> Sku:
    change = request.read(SkuChange).of
    return usecases.change_sku(product_id, sku_id, change, at=request.at, products=_products(request))


@api.delete("/v1/products/{product_id}/skus/{sku_id}")
def delete_sku(request: Request, product_id: str, sku_id: str) -> None:
    usecases.delete_sku(product_id, sku_id, products=_products(request))


@api.get("/v1/skus/{sku_id}", answer=products.sku)
def get_sku(request: Request, sku_id: str) -> Sku:
    return _products(request).get_sku(sku_id)


def _products(request: Request) -> ProductStore:
    return ProductStore(request.table, request.project)
