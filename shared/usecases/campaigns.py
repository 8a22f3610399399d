"""Make, change and end a campaign, and give it codes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from shared.domain.actions import AsyncAction, shares
from shared.domain.assignments import NO_RULES, Assignment, Under
from shared.domain.campaigns import Campaign
from shared.domain.codes import CodeConfig
from shared.domain.errors import Duplicate, InvalidPayload, Moved
from shared.domain.gifts import Gift
from shared.domain.ids import voucher_id
from shared.domain.rules.model import ValidationRule
from shared.domain.vouchers import Made, Voucher, loaded
from shared.usecases import judged_anew
from shared.usecases.schemas import Settled

Draw = Callable[[CodeConfig], str]
PIECE = 99
"""Codes in one transaction, beside the progress that they are (100 are allowed)."""


class Queue(Protocol):
    def send(self, project: str, action_id: str) -> None: ...


class Campaigns(Settled, Protocol):
    project: str

    def find(self, id_or_name: str) -> Campaign | None: ...
    def get(self, id_or_name: str) -> Campaign: ...
    def add(
        self,
        campaign: Campaign,
        *firsts: Voucher,
        outcome: object,
        action: AsyncAction | None = None,
        rules: Sequence[ValidationRule] = (),
        otherwise: Exception | None = None,
    ) -> None: ...
    def save(
        self,
        campaign: Campaign,
        *,
        outcome: object = None,
        action: AsyncAction | None = None,
        released: Sequence[Assignment] = (),
    ) -> None: ...
    def add_vouchers(
        self,
        campaign: Campaign,
        vouchers: Sequence[Voucher],
        *,
        outcome: object = None,
        rules: Sequence[ValidationRule] = (),
        otherwise: Exception,
    ) -> None: ...


@judged_anew
def create_campaign(
    campaign: Campaign,
    count: int,
    *,
    action: AsyncAction,
    draw: Draw,
    rules: Sequence[ValidationRule] = (),
    campaigns: Campaigns,
    queue: Queue,
) -> Campaign:
    """Make a campaign with its first code; the others are made by an async action. Of the rules that it is under,
    ``rules`` are made with it.

    Raises:
        Duplicate: if the name is taken, or the only code that there can be; InvalidPayload: if there are not so many,
            or no such rule, or its metadata is not what the project's schema wants.
    """
    refuse_impossible(campaign.code_config, count)
    if campaigns.find(campaign.name):
        raise Duplicate("campaign", campaign.name)
    campaigns.settled().schemas.refuse("campaign", campaign.metadata)
    more = count - 1
    if more > 0:
        queue.send(campaigns.project, action.id)
        campaign = campaign.model_copy(update={"creation_status": "IN_PROGRESS", "making": {action.id: more}})
    made = campaign.model_copy(update={"vouchers_count": min(count, 1)})
    first = [voucher_of(made, draw(made.code_config), project=campaigns.project, at=made.created_at)][:count]
    started = action.model_copy(update={"total": more, "shares": shares(more, PIECE)}) if more > 0 else None
    otherwise = _taken(first[0].code, campaign.code_config) if first else None
    campaigns.add(made, *first, outcome=made, action=started, rules=rules, otherwise=otherwise)
    return made


@judged_anew
def add_voucher(
    campaign_id: str,
    code: str | None,
    own: dict[str, Any],
    *,
    at: datetime,
    draw: Draw,
    under: Under = NO_RULES,
    campaigns: Campaigns,
) -> Made:
    """Give a campaign one more code: this one, or a new one; ``own`` is what it does not have from the campaign, and
    ``under`` are the rules that it is under beside the campaign's.

    Raises:
        NotFound: no such campaign; Duplicate: if the code, in any spelling, is taken; InvalidPayload: no such rule, or
            its own metadata is not what the project's schema wants.
    """
    campaign, project = campaigns.get(campaign_id), campaigns.project
    _refuse_own(own, campaigns)
    voucher = voucher_of(campaign, code or draw(campaign.code_config), own, project=project, at=at)
    made = Made(under.put_on(voucher, "voucher", project=project, at=at), campaign)
    taken = Duplicate("voucher", code) if code else _taken(voucher.code, campaign.code_config)
    campaigns.add_vouchers(campaign, [made.voucher], outcome=made, rules=under.new, otherwise=taken)
    return made


@judged_anew
def start_adding_vouchers(
    campaign_id: str, count: int, own: dict[str, Any], *, action: AsyncAction, campaigns: Campaigns, queue: Queue
) -> AsyncAction:
    """Have a campaign given many new codes.

    Raises:
        NotFound: no such campaign; InvalidPayload: if there are not so many codes, or of another kind.
    """
    campaign = campaigns.get(campaign_id)
    refuse_another_worth(campaign, own)
    _refuse_own(own, campaigns)
    promised = campaign.vouchers_count + sum(campaign.making.values())
    refuse_impossible(campaign.code_config, promised + count)
    cut = {"total": count, "shares": shares(count, PIECE)}
    started = action.model_copy(update={"campaign_id": campaign.id, "voucher": own or None, **cut})
    queue.send(campaigns.project, started.id)
    making = {**campaign.making, started.id: count}
    busy = campaign.model_copy(update={"creation_status": "IN_PROGRESS", "making": making})
    campaigns.save(busy, outcome=started, action=started)
    return started


@judged_anew
def change_campaign(
    campaign_id: str, change: Callable[[Campaign], Campaign], *, at: datetime, campaigns: Campaigns
) -> Campaign:
    """Change a campaign; all its codes follow at once.

    Raises:
        NotFound: no such campaign; InvalidPayload: if its metadata is not what the project's schema wants.
    """
    campaign = campaigns.get(campaign_id)
    changed = change(campaign).model_copy(update={"updated_at": at})
    campaigns.settled().schemas.refuse_change("campaign", changed.metadata, campaign.metadata)
    campaigns.save(changed, outcome=changed)
    return changed


@judged_anew
def delete_campaign(
    campaign_id: str, *, action: AsyncAction, at: datetime, campaigns: Campaigns, queue: Queue
) -> AsyncAction:
    """End a campaign: from now on none of its codes is worth anything; an async action removes them.

    Raises:
        NotFound: no such campaign.
    """
    campaign = campaigns.get(campaign_id)
    started = action.model_copy(update={"campaign_id": campaign.id, "total": campaign.vouchers_count})
    queue.send(campaigns.project, started.id)
    gone = campaign.model_copy(update={"deleted": True, "active": False, "updated_at": at, "assignments": ()})
    campaigns.save(gone, outcome=started, action=started, released=campaign.assignments)
    return started


def voucher_of(
    campaign: Campaign, code: str, own: dict[str, Any] | None = None, *, project: str, at: datetime
) -> Voucher:
    """A code of a campaign; of a campaign of gift cards it is one, loaded.

    Raises:
        InvalidPayload: if it shall be worth something of another kind than the campaign's codes are.
    """
    own = own or {}
    refuse_another_worth(campaign, own)
    gift = Gift.model_validate(own["gift"]) if campaign.gift and "gift" in own else campaign.gift
    return Voucher.model_validate(
        {
            "quantity": campaign.quantity,
            "category": campaign.category,
            **own,
            **(loaded(gift) if gift else {}),
            "id": voucher_id(project, code),
            "code": code,
            "campaign": campaign.name,
            "campaign_id": campaign.id,
            "created_at": at,
        }
    )


def _refuse_own(own: Mapping[str, Any], campaigns: Settled) -> None:
    """Raise if metadata of a campaign's code is wrong; a code of which nothing is said is as the campaign makes it."""
    if own.get("metadata"):
        campaigns.settled().schemas.refuse("voucher", own["metadata"])


def _taken(code: str, config: CodeConfig) -> Exception:
    """What it means that a drawn code is taken: another is drawn, unless there is no other."""
    return Moved() if config.space > 1 else Duplicate("voucher", code)


def refuse_another_worth(campaign: Campaign, own: Mapping[str, Any]) -> None:
    """Raise if a code shall be worth something of another kind than those of its campaign."""
    for worth in ("discount", "gift"):
        if worth in own and getattr(campaign, worth) is None:
            raise InvalidPayload(f"{worth}: the codes of {campaign.name} are worth another kind of thing")


def refuse_impossible(config: CodeConfig, count: int) -> None:
    """Raise if there cannot be so many different codes; nine in ten may be used, so that a new one is soon drawn."""
    if count > 1 and count * 10 > config.space * 9:
        raise InvalidPayload(
            f"vouchers_count: {count} codes asked for, and the pattern makes only {config.space} different ones"
        )
