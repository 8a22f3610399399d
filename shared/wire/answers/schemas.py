"""How metadata schemas look."""

from shared.domain.model import iso
from shared.domain.schemas import Property, Schema, Schemas
from shared.wire.answers.parts import Json, listed, present


def schemas(of: Schemas) -> Json:
    every = [schema(of.of[name]) for name in sorted(of.of)]
    return listed("schemas", every, total=len(every))


def schema(of: Schema) -> Json:
    return present(
        id=of.id,
        related_object=of.related_object,
        properties={name: _property(its) for name, its in of.properties.items()},
        allow_defined_only=of.allow_defined_only,
        created_at=iso(of.created_at),
        updated_at=iso(of.updated_at) if of.updated_at else None,
        object="metadata_schema",
    )


def _property(of: Property) -> Json:
    return of.model_dump(mode="json", by_alias=True, exclude_none=True)
