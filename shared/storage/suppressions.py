"""Addresses that are not written to, each under a print that only its project can make."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from shared.domain.errors import Moved
from shared.domain.model import iso
from shared.domain.post.deliveries import Channel
from shared.domain.post.suppressions import STRENGTH, Suppression, Why, print_of
from shared.storage.keys import Key
from shared.storage.seals import SealStore
from shared.storage.table import Item, Table, Write, add, delete, update

ACCOUNT = "account"
"""The project, as it were, of numbers that a carrier has barred: they are barred for all of the account."""


class SuppressionStore:
    """The suppressed addresses of one project. An item is the instant of each reason that an address has: so whoever
    adds one needs not look, and none is ever lost to a weaker one.
    """

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project

    def of(self, addresses: Mapping[Channel, str]) -> dict[Channel, Suppression]:
        """Which of these are suppressed, and why; one round trip, none where nothing was ever sealed."""
        numbers: dict[Channel, str] = {channel: address for channel, address in addresses.items() if channel == "sms"}
        keys = {**_keys(self._table, self.project, addresses), **_keys(self._table, ACCOUNT, numbers)}
        found: dict[Channel, list[Suppression]] = {}
        for key, item in self._table.get_many(keys).items() if keys else ():
            found.setdefault(keys[key], []).extend(_reasons(keys[key], item))
        return {channel: min(reasons, key=_strength) for channel, reasons in found.items() if reasons}

    def add(self, address: str, suppression: Suppression) -> None:
        """Leave an address in peace from now on; an earlier instant of the same reason changes nothing."""
        key, reason = self._sealed(suppression.channel, address), f"#{suppression.reason}"
        later, values = f"attribute_not_exists({reason}) OR {reason} < :at", {"at": iso(suppression.at)}
        with suppress(Moved):
            self._table.commit(update(key, f"SET {reason} = :at", values, only_if=later, otherwise=Moved()))

    def adding(self, address: str, suppression: Suppression) -> Write:
        """The same as a part of what somebody commits: it fails for nobody, so of a reason the last one told stays."""
        key = self._sealed(suppression.channel, address)
        return add(key, {}, sets={suppression.reason: iso(suppression.at)})

    def lift(self, channel: Channel, address: str, *, reason: Why, until: datetime) -> None:
        """Take a reason back that was given up to an instant; nothing is left of an address that has no other."""
        key = next(iter(_keys(self._table, self.project, {channel: address})), None)
        known, values = f"#{reason} <= :until", {"until": iso(until)}
        while key and (item := self._table.get(key)) and reason in item and item[reason] <= iso(until):
            others = [it for it in STRENGTH if it != reason]
            if any(it in item for it in others):
                write = update(key, f"REMOVE #{reason}", values, only_if=known, otherwise=Moved())
            else:
                alone = " AND ".join([known, *(f"attribute_not_exists(#{it})" for it in others)])
                write = delete(key, only_if=alone, values=values, otherwise=Moved())
            with suppress(Moved):
                self._table.commit(write)

    def _sealed(self, channel: Channel, address: str) -> Key:
        seal = SealStore(self._table, self.project).get()
        return Key.suppression(self.project, print_of(seal, channel, address))


def _keys(table: Table, project: str, addresses: Mapping[Channel, str]) -> dict[Key, Channel]:
    """Where addresses would stand; nowhere in a project that has never sealed anything."""
    seal = SealStore(table, project).find() if addresses else None
    if seal is None:
        return {}
    return {
        Key.suppression(project, print_of(seal, channel, address)): channel for channel, address in addresses.items()
    }


def _reasons(channel: Channel, item: Item) -> list[Suppression]:
    return [Suppression(channel=channel, reason=it, at=item[it]) for it in STRENGTH if it in item]


def _strength(suppression: Suppression) -> int:
    return STRENGTH.index(suppression.reason)
