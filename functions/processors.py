"""Processors: who else receives personal data, settled and told."""

from collections.abc import Sequence

from shared.domain.post.processors import Processor
from shared.runtime.api import Api, Request
from shared.storage.processors import ProcessorStore
from shared.wire.answers import processors
from shared.wire.processors import RegisterBody

handler = api = Api()


@api.get("/v1/processors", answer=processors.register)
def get(request: Request) -> Sequence[Processor]:
    return ProcessorStore(request.table, request.project).get()


@api.put("/v1/processors", answer=processors.register)
def settle(request: Request) -> Sequence[Processor]:
    register = request.read(RegisterBody).register
    store = ProcessorStore(request.table, request.project)
    store.save(register)
    return store.get()
