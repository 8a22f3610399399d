"""The table of contents on the wire: which function answers which method and path.

The stack makes an API route of each row, the local gateway dispatches by it, and ``functions/unknown.py`` tells
with it a wrong verb (405) from a path that does not exist (404). A test holds it against what each function
registers.
"""

from typing import NamedTuple


class Route(NamedTuple):
    """One row: ``functions/{function}.py`` answers ``method`` on ``path``."""

    method: str
    path: str
    function: str


ROUTES = (
    Route("POST", "/v1/validations", "validate"),
    Route("POST", "/client/v1/validations", "validate"),
    Route("POST", "/v1/redemptions", "redeem"),
    Route("POST", "/client/v1/redemptions", "redeem"),
    Route("POST", "/v1/redemptions/{redemption_id}/rollback", "roll_back"),
    Route("POST", "/v1/redemptions/{redemption_id}/rollbacks", "roll_back"),
    Route("GET", "/v1/redemptions", "redemptions"),
    Route("GET", "/v1/redemptions/{redemption_id}", "redemptions"),
    Route("GET", "/v1/vouchers/{code}/redemption", "redemptions"),
    Route("POST", "/v1/publications", "issue"),
    Route("GET", "/v1/publications", "issue"),
    Route("GET", "/v1/publications/create", "issue"),
    Route("POST", "/v1/campaigns", "campaigns"),
    Route("GET", "/v1/campaigns", "campaigns"),
    Route("GET", "/v1/campaigns/{campaign_id}", "campaigns"),
    Route("PUT", "/v1/campaigns/{campaign_id}", "campaigns"),
    Route("DELETE", "/v1/campaigns/{campaign_id}", "campaigns"),
    Route("POST", "/v1/campaigns/{campaign_id}/enable", "campaigns"),
    Route("POST", "/v1/campaigns/{campaign_id}/disable", "campaigns"),
    Route("POST", "/v1/campaigns/{campaign_id}/vouchers", "campaigns"),
    Route("POST", "/v1/campaigns/{campaign_id}/vouchers/{code}", "campaigns"),
    Route("POST", "/v1/campaigns/{campaign_id}/import", "imports"),
    Route("POST", "/v1/campaigns/{campaign_id}/importCSV", "imports"),
    Route("POST", "/v1/vouchers/import", "imports"),
    Route("POST", "/v1/vouchers/importCSV", "imports"),
    Route("POST", "/v1/customers/importCSV", "imports"),
    Route("POST", "/v1/orders/import", "imports"),
    Route("POST", "/v1/vouchers", "vouchers"),
    Route("GET", "/v1/vouchers", "vouchers"),
    Route("POST", "/v1/vouchers/{code}", "vouchers"),
    Route("GET", "/v1/vouchers/{code}", "vouchers"),
    Route("PUT", "/v1/vouchers/{code}", "vouchers"),
    Route("DELETE", "/v1/vouchers/{code}", "vouchers"),
    Route("POST", "/v1/vouchers/{code}/enable", "vouchers"),
    Route("POST", "/v1/vouchers/{code}/disable", "vouchers"),
    Route("DELETE", "/v1/vouchers/{code}/sessions/{session_key}", "vouchers"),
    Route("POST", "/v1/vouchers/{code}/balance", "credits"),
    Route("GET", "/v1/vouchers/{code}/transactions", "credits"),
    Route("POST", "/v1/customers", "customers"),
    Route("GET", "/v1/customers", "customers"),
    Route("GET", "/v1/customers/{customer_id}", "customers"),
    Route("PUT", "/v1/customers/{customer_id}", "customers"),
    Route("DELETE", "/v1/customers/{customer_id}", "customers"),
    Route("POST", "/v1/customers/{customer_id}/permanent-deletion", "customers"),
    Route("GET", "/v1/customers/{customer_id}/segments", "customers"),
    Route("POST", "/v1/segments", "segments"),
    Route("GET", "/v1/segments", "segments"),
    Route("GET", "/v1/segments/{segment_id}", "segments"),
    Route("PUT", "/v1/segments/{segment_id}", "segments"),
    Route("DELETE", "/v1/segments/{segment_id}", "segments"),
    Route("POST", "/v1/events", "events"),
    Route("POST", "/client/v1/events", "events"),
    Route("POST", "/v1/orders", "orders"),
    Route("GET", "/v1/orders", "orders"),
    Route("GET", "/v1/orders/{order_id}", "orders"),
    Route("PUT", "/v1/orders/{order_id}", "orders"),
    Route("POST", "/v1/validation-rules", "rules"),
    Route("GET", "/v1/validation-rules", "rules"),
    Route("GET", "/v1/validation-rules/{validation_rule_id}", "rules"),
    Route("PUT", "/v1/validation-rules/{validation_rule_id}", "rules"),
    Route("DELETE", "/v1/validation-rules/{validation_rule_id}", "rules"),
    Route("POST", "/v1/validation-rules/{validation_rule_id}/assignments", "rules"),
    Route("GET", "/v1/validation-rules/{validation_rule_id}/assignments", "rules"),
    Route("DELETE", "/v1/validation-rules/{validation_rule_id}/assignments/{assignment_id}", "rules"),
    Route("GET", "/v1/validation-rules-assignments", "rules"),
    Route("GET", "/v1/async-actions", "async_actions"),
    Route("GET", "/v1/async-actions/{action_id}", "async_actions"),
    Route("GET", "/v1/metadata-schemas", "schemas"),
    Route("GET", "/v1/metadata-schemas/{resource}", "schemas"),
    Route("PUT", "/v1/metadata-schemas/{resource}", "schemas"),
    Route("POST", "/v1/oauth/token", "oauth"),
    Route("POST", "/v1/oauth/introspect", "oauth"),
    Route("POST", "/v1/oauth/token/revoke", "oauth"),
)
