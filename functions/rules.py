"""Validation rules: make, change, delete; and put vouchers and campaigns under them."""

from shared.domain.assignments import Assignment
from shared.domain.filters import Condition, Filter
from shared.domain.ids import timed
from shared.domain.lists import Listed
from shared.domain.rules.model import ValidationRule
from shared.runtime.api import Api, Request
from shared.runtime.pages import query_of
from shared.storage.campaigns import CampaignStore
from shared.storage.rules import RuleStore
from shared.storage.vouchers import VoucherStore
from shared.usecases import rules as usecases
from shared.wire.answers import assignments, rules
from shared.wire.lists import ASSIGNMENTS, RULES
from shared.wire.rules import AssignmentBody, RuleBody, RuleChange

handler = api = Api()


@api.post("/v1/validation-rules", answer=rules.rule)
def create(request: Request) -> ValidationRule:
    rule = request.read(RuleBody).rule(timed("val", request.at, request.chance()), at=request.at)
    _rules(request).add(rule)
    return rule


@api.get("/v1/validation-rules", answer=rules.rules)
def list_all(request: Request) -> Listed[ValidationRule]:
    return _rules(request).wanted(query_of(request, RULES))


@api.get("/v1/validation-rules/{validation_rule_id}", answer=rules.rule)
def get(request: Request, validation_rule_id: str) -> ValidationRule:
    return _rules(request).get(validation_rule_id)


@api.put("/v1/validation-rules/{validation_rule_id}", answer=rules.rule)
def update(request: Request, validation_rule_id: str) -> ValidationRule:
    change = request.read(RuleChange).of
    return usecases.change_rule(validation_rule_id, change, at=request.at, rules=_rules(request))


@api.delete("/v1/validation-rules/{validation_rule_id}")
def delete(request: Request, validation_rule_id: str) -> None:
    usecases.delete_rule(validation_rule_id, rules=_rules(request))


@api.post("/v1/validation-rules/{validation_rule_id}/assignments", answer=assignments.assignment, outcome="assigned")
def assign(request: Request, validation_rule_id: str) -> Assignment:
    table, project = request.table, request.project
    rule = _rules(request).get(validation_rule_id)
    return usecases.assign_rule(
        rule.id,
        request.read(AssignmentBody).target(),
        again=request.flag("force"),
        at=request.at,
        rules=_rules(request),
        offers=usecases.Offers(VoucherStore(table, project), CampaignStore(table, project)),
    )


@api.get("/v1/validation-rules/{validation_rule_id}/assignments", answer=assignments.assignments)
def list_assignments(request: Request, validation_rule_id: str) -> Listed[Assignment]:
    store, query = _rules(request), query_of(request, ASSIGNMENTS)
    rule = store.get(validation_rule_id)
    of_it = Filter((Condition("rule_id", "is", (rule.id,)),))
    return store.wanted_assignments(query._replace(filters=(of_it, *query.filters)))


@api.delete("/v1/validation-rules/{validation_rule_id}/assignments/{assignment_id}", outcome="released")
def release(request: Request, validation_rule_id: str, assignment_id: str) -> None:
    usecases.release_rule(validation_rule_id, assignment_id, rules=_rules(request))


@api.get("/v1/validation-rules-assignments", answer=assignments.assignments)
def list_all_assignments(request: Request) -> Listed[Assignment]:
    return _rules(request).wanted_assignments(query_of(request, ASSIGNMENTS))


def _rules(request: Request) -> RuleStore:
    return RuleStore(request.table, request.project)
