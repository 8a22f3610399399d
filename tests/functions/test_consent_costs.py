"""What it costs to hear somebody: their customer, what counts of what they said, one commit, and the ledger to tell."""

from tests.functions.conftest import Functions

WORD = {"channel": "email", "granted": True, "source": "form", "at": "2026-01-05T10:00:00.000Z"}
SEAL = "GetItem"
"""Whether anything was ever sealed: without a seal no address can be suppressed, and with one it is warm."""


def test_a_word_is_five_round_trips_and_one_that_is_not_new_four(functions: Functions) -> None:
    assert functions.call("POST", "/v1/customers", {"source_id": "consent-costs"})[0] == 200
    path = "/v1/customers/consent-costs/consents"
    status, heard = functions.call("PUT", path, {"consents": [WORD]})
    assert (status, len(heard["ledger"])) == (200, 1)
    assert functions.bill.calls == ["BatchGetItem", "GetItem", "TransactWriteItems", "Query", SEAL]
    assert functions.bill.write_units == 6  # that the customer is one, what they allow, the word: two each
    assert functions.call("PUT", path, {"consents": [WORD]}) == (200, heard)
    assert (functions.bill.calls, functions.bill.write_units) == (["BatchGetItem", "GetItem", "Query", SEAL], 0)
    assert functions.call("GET", path) == (200, heard)
    assert functions.bill.calls == ["BatchGetItem", "Query", SEAL]


def test_the_policy_is_one_read_and_one_write(functions: Functions) -> None:
    functions.call("PUT", "/v1/contact-policy", {})
    assert (functions.bill.calls, functions.bill.write_units) == (["PutItem"], 1)
    functions.call("GET", "/v1/contact-policy")
    assert functions.bill.calls == ["GetItem"]
