"""Where answers come from to those who ask why they got a message; needs what templates are written in."""

from shared.storage.explanations import ExplanationStore
from shared.storage.table import Table


def explanations(table: Table, project: str) -> ExplanationStore:
    """What is known of a project's deliveries."""
    # Only whoever asks why loads Liquid: lists of deliveries need not wait for it.
    from shared.delivery.wording import said_by  # noqa: PLC0415

    return ExplanationStore(table, project, said_by=said_by)
