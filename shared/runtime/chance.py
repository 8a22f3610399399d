"""Where chance comes from: the system's randomness, handed in so that decisions stay repeatable."""

import secrets

from shared.domain.codes import CodeConfig


def draw(config: CodeConfig) -> str:
    """A new code that nobody can guess."""
    return config.draw(secrets.choice)
