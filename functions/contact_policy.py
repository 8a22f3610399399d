"""The contact policy: when customers are written to, and how often, settled and told."""

from shared.domain.post.contact_policy import ContactPolicy
from shared.runtime.api import Api, Request
from shared.storage.contact_policy import PolicyStore
from shared.wire.answers import contact_policy
from shared.wire.contact_policy import PolicyBody

handler = api = Api()


@api.get("/v1/contact-policy", answer=contact_policy.policy)
def get(request: Request) -> ContactPolicy:
    return PolicyStore(request.table, request.project).get()


@api.put("/v1/contact-policy", answer=contact_policy.policy)
def settle(request: Request) -> ContactPolicy:
    policy = request.read(PolicyBody).policy
    PolicyStore(request.table, request.project).save(policy)
    return policy
