"""What every channel has in common: one attempt, and an error that tells whether the message may have left.

A message leaves once or not at all, so nothing here tries again by itself; whoever asked decides by the error:

    NotTaken      surely not sent, and another time it may be: throttled, nobody reached, or the account is not ready
                  (suspended, paused, its domain not verified, no permission), which an operator mends
    NeverTaken    surely not sent, and never will be: the fault is in this message or its address
    PerhapsTaken  it was handed over and no answer came, or an answer that says nothing about it (most of 5xx)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProxyConnectionError,
)

from shared.domain.post.deliveries import NeverTaken, NotTaken, PerhapsTaken

FAULTY = {
    "MessageRejected": "message_rejected",
    "BadRequestException": "message_refused",
    "ValidationException": "message_refused",
    "ValidationError": "message_refused",
    "InvalidParameter": "message_refused",
    "InvalidParameterException": "message_refused",
    "InvalidParameterValue": "message_refused",
    "ParameterValueInvalid": "message_refused",
    "OptedOut": "opted_out",
    "OptedOutException": "opted_out",
}
"""Errors that are about a message or its address → the reason as a word. Any other 4xx is about the account."""
UNVERIFIED = "is not verified"
"""SES rejects all mails alike until the sender is verified (and, in its sandbox, whoever they are for), under the code
that it has for a rejected mail; only its words tell that it is the account's matter."""
TURNED_AWAY = {"ServiceUnavailable", "ServiceUnavailableException", "SlowDown", "Throttling", "ThrottlingException"}
"""Errors by which a service says itself that it took nothing in, though their status is 503. A bare 503 comes from
something in between, which may have handed the request on."""
UNREACHED = (
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProxyConnectionError,
)
"""What ends an attempt before a byte of the message was sent."""


@contextmanager
def one_attempt() -> Iterator[None]:
    """Hand one message over; what goes wrong tells what became of it.

    Raises:
        NotTaken, NeverTaken, PerhapsTaken: as above.
    """
    try:
        yield
    except ClientError as error:
        raise _meant(error) from error
    except UNREACHED as error:
        raise NotTaken from error
    except Exception as error:  # closed or silent after the request was written, an answer that cannot be read, …
        raise PerhapsTaken from error


def _meant(error: ClientError) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotTaken() if code in TURNED_AWAY else PerhapsTaken()
    if code not in FAULTY or UNVERIFIED in error.response.get("Error", {}).get("Message", ""):
        return NotTaken()
    return NeverTaken(FAULTY[code])
