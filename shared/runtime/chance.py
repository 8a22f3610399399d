"""Where chance comes from: the system's randomness, handed in so that decisions stay repeatable."""

import os
import secrets

from shared.domain.codes import CodeConfig


def draw(config: CodeConfig) -> str:
    """A new code that nobody can guess."""
    return config.draw(secrets.choice)


def draw_many(config: CodeConfig, count: int) -> list[str]:
    """Many new codes that nobody can guess, a hundred times as fast as one by one."""
    return config.draw_many(count, os.urandom)
