"""Metadata schemas: what a shop's own attributes must be, settled and told."""

from shared.domain.errors import NotFound
from shared.domain.ids import derived
from shared.domain.schemas import Schema, Schemas
from shared.runtime.api import Api, Request
from shared.storage.projects import ProjectStore
from shared.usecases.schemas import save_schema
from shared.wire.answers import schemas
from shared.wire.schemas import SchemaBody

handler = api = Api()


@api.get("/v1/metadata-schemas", answer=schemas.schemas)
def list_all(request: Request) -> Schemas:
    return _projects(request).get().schemas


@api.get("/v1/metadata-schemas/{resource}", answer=schemas.schema)
def get(request: Request, resource: str) -> Schema:
    found = _projects(request).get().schemas.of.get(resource)
    if found is None:
        raise NotFound("metadata_schema", resource)
    return found


@api.put("/v1/metadata-schemas/{resource}", answer=schemas.schema)
def settle(request: Request, resource: str) -> Schema:
    id_ = derived("ms", request.project, resource)
    wanted = request.read(SchemaBody).schema_of(resource, id_, at=request.at)
    return save_schema(wanted, projects=_projects(request))


def _projects(request: Request) -> ProjectStore:
    return ProjectStore(request.table, request.project)
