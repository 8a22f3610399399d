"""Collections of products: those that rules speak of as one."""

from shared.domain.ids import timed
from shared.domain.lists import Listed
from shared.domain.products import Collection, Shown
from shared.runtime.api import Api, Request
from shared.runtime.pages import query_of
from shared.storage.answers import AlreadyAnswered
from shared.storage.collections import CollectionStore
from shared.storage.members import MemberStore
from shared.usecases import product_collections as usecases
from shared.wire.answers import product_collections
from shared.wire.lists import COLLECTED, COLLECTIONS
from shared.wire.product_collections import CollectionBody

handler = api = Api()


@api.post("/v1/product-collections", answer=product_collections.collection)
def create(request: Request) -> Collection:
    body = request.read_large(CollectionBody)
    collection = body.collection(timed("pc", request.at, request.chance()), at=request.at)
    return usecases.make_collection(
        collection,
        body.members(request.project),
        generation=_generation(request),
        collections=_collections(request),
        members=_members(request),
        repeated=AlreadyAnswered,
    )


@api.get("/v1/product-collections", answer=product_collections.collections)
def list_all(request: Request) -> Listed[Collection]:
    return _collections(request).wanted(query_of(request, COLLECTIONS))


@api.get("/v1/product-collections/{collection_id}", answer=product_collections.collection)
def get(request: Request, collection_id: str) -> Collection:
    return _collections(request).get(collection_id)


@api.put("/v1/product-collections/{collection_id}", answer=product_collections.collection)
def update(request: Request, collection_id: str) -> Collection:
    body = request.read_large(CollectionBody)
    body.refuse_senseless()
    return usecases.change_collection(
        collection_id,
        body.of,
        None if body.products is None else body.members(request.project),
        generation=_generation(request),
        at=request.at,
        collections=_collections(request),
        members=_members(request),
    )


@api.delete("/v1/product-collections/{collection_id}")
def delete(request: Request, collection_id: str) -> None:
    usecases.delete_collection(collection_id, collections=_collections(request), members=_members(request))


@api.get("/v1/product-collections/{collection_id}/products", answer=product_collections.members)
def list_members(request: Request, collection_id: str) -> Listed[Shown]:
    collection = _collections(request).get(collection_id)
    return _members(request).wanted(collection, query_of(request, COLLECTED))


def _generation(request: Request) -> str:
    return timed("gen", request.at, request.chance())


def _collections(request: Request) -> CollectionStore:
    return CollectionStore(request.table, request.project)


def _members(request: Request) -> MemberStore:
    return MemberStore(request.table, request.project)
