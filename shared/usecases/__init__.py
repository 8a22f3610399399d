"""What the engine does, one module a verb: gather facts, decide, commit; judged again when the facts moved."""

ROUNDS = 12
"""How often a decision is made anew because others were faster; then the request is told to ask again."""
