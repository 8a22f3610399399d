"""A rule as closures. (A stand-in.)"""

from typing import NamedTuple

from shared.domain.rules.model import ValidationRule


class Compiled(NamedTuple):
    rule: ValidationRule


def compiled(rule: ValidationRule) -> Compiled:
    return Compiled(rule)
