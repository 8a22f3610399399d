"""Give a code, or codes, to a customer; asked twice under one name, it happens once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple, Protocol

from shared.domain.campaigns import Campaign
from shared.domain.codes import CodeConfig
from shared.domain.customers import Customer, Profile, refuse_birth
from shared.domain.errors import PromotionError
from shared.domain.ids import derived, timed, voucher_id
from shared.domain.model import Metadata
from shared.domain.projects import Project
from shared.domain.publications import Known, Publication, Published
from shared.domain.redemptions import Chance
from shared.domain.vouchers import Made, Voucher
from shared.domain.windows import span_of
from shared.usecases import judged_anew
from shared.usecases.campaigns import voucher_of
from shared.usecases.schemas import refuse_customer

DRAWS_FOR_A_CODE = 4
"""So often is chance asked for each new code, lest two codes of one publication be the same."""
MOST_AT_ONCE = 50
"""Codes in one publication; what is more would not fit one transaction with all that belongs to it."""


class Wish(NamedTuple):
    """Who shall get what: a code of a campaign (or several), or just this voucher."""

    customer: Profile
    campaign: str | None = None
    how_many: int = 1
    voucher: str | None = None
    source_id: str | None = None
    join_once: bool = False
    metadata: Metadata | None = None
    ends: datetime | None = None
    """When the codes end, where their campaign does not end them sooner."""


class Campaigns(Protocol):
    def get(self, id_or_name: str) -> Campaign: ...


class Vouchers(Protocol):
    def get(self, code: str) -> Made: ...


class Giving(Protocol):
    project: str

    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def vouchers(self) -> Vouchers: ...
    def known(self, publication_id: str | None, customer_id_: str, campaign_id: str | None) -> Known: ...
    def get(self, publication_id: str) -> Publication: ...
    def free(self, campaign_id: str) -> Iterator[Voucher]: ...
    def publish(self, published: Published, *, known: Known, minted: Sequence[Voucher]) -> None: ...
    def tell(self, publications: Sequence[Publication]) -> list[Published]: ...
    def customer_id(self, profile: Profile) -> str | None: ...


@judged_anew
def issue(wish: Wish, *, at: datetime, store: Giving, chance: Chance, draw: Callable[[CodeConfig], str]) -> Published:
    """Publish, exactly once under one ``source_id``; where a customer joins once, the first time is told again.

    Raises:
        NotFound: no such campaign or voucher.
        PromotionError: ``voucher_already_published``, ``voucher_cannot_be_published``,
            ``no_voucher_suitable_for_publication``, ``duplicate_source_id``, ``too_many_vouchers_requested``,
            ``invalid_publish_params``; Busy: if others kept taking the same codes;
        InvalidPayload: if metadata is not what the project's schemas want.
    """
    if not (wish.campaign or wish.voucher):
        raise _refused("invalid_publish_params", "campaign: either a campaign or a voucher must be named")
    if wish.how_many > MOST_AT_ONCE:
        raise _refused(
            "too_many_vouchers_requested", f"campaign.count: at most {MOST_AT_ONCE} can be asked for at once"
        )
    given = store.vouchers.get(wish.voucher).voucher if wish.voucher else None
    named = given.campaign_id if given else wish.campaign
    campaign = store.campaigns.get(named) if named else None
    customer_id = store.customer_id(wish.customer) or timed("cust", at, chance())
    publication_id = derived("pub", store.project, wish.source_id) if wish.source_id else None
    known = store.known(publication_id, customer_id, campaign.id if campaign else None)
    if earlier := known.publication:
        mine = (known.customer.id if known.customer else customer_id, campaign.id if campaign else None)
        _refuse_another(earlier, wish, mine, given)
        return store.tell([earlier])[0]
    if known.joined and campaign and (wish.join_once or campaign.join_once):
        return store.tell([store.get(known.joined)])[0]
    customer = (
        known.customer.upserted(wish.customer, at=at)
        if known.customer
        else Customer.new(customer_id, wish.customer, at=at)
    )
    refuse_birth(wish.customer, at=at, path="customer.")
    schemas = known.project.schemas
    schemas.refuse("publication", wish.metadata)
    before = known.customer.profile if known.customer else None
    refuse_customer(schemas, customer.profile, before, path="customer.")
    if given:
        _refuse_what_cannot_be_given(given, campaign, at=at)
        found, minted = [given], list[Voucher]()
    else:
        assert campaign
        found, minted = _from_pool(campaign, wish.how_many, at=at, store=store, draw=draw)
    ends = _ends(wish, campaign, known.project, at=at)
    vouchers = tuple(_given(voucher, customer.id, ends) for voucher in (*found, *minted))
    publication = Publication(
        id=publication_id or timed("pub", at, chance() + chance()),
        customer_id=customer.id,
        campaign_id=campaign.id if campaign else None,
        codes=tuple(voucher.code for voucher in vouchers),
        source_id=wish.source_id,
        metadata=wish.metadata,
        created_at=at,
    )
    published = Published(publication, vouchers, customer, campaign)
    store.publish(published, known=known, minted=vouchers[len(found) :])
    return published


def _refuse_another(
    earlier: Publication, wish: Wish, customer_and_campaign: tuple[str, str | None], given: Voucher | None
) -> None:
    same = (earlier.customer_id, earlier.campaign_id) == customer_and_campaign
    if not same or (given and given.code not in earlier.codes):
        raise _refused("duplicate_source_id", f"source_id: {wish.source_id} is of another publication")


def _refuse_what_cannot_be_given(voucher: Voucher, campaign: Campaign | None, *, at: datetime) -> None:
    if voucher.is_unique and voucher.published:
        raise _refused("voucher_already_published", f"voucher: {voucher.code} is somebody's already")
    ends = [thing.expiration_date for thing in (voucher, campaign) if thing and thing.expiration_date]
    off = not voucher.active or (campaign and not campaign.active)
    if off or any(end <= at for end in ends):
        raise _refused("voucher_cannot_be_published", f"voucher: {voucher.code} is disabled or expired")


def _from_pool(
    campaign: Campaign, count: int, *, at: datetime, store: Giving, draw: Callable[[CodeConfig], str]
) -> tuple[list[Voucher], list[Voucher]]:
    """Codes to give away: those that are free and, if the campaign makes new ones by itself, new ones."""
    if not campaign.active or (campaign.expiration_date and campaign.expiration_date <= at):
        raise _refused("voucher_cannot_be_published", f"campaign: {campaign.name} is disabled or expired")
    found = list(islice(store.free(campaign.id), count))
    missing = count - len(found)
    if missing and campaign.type != "AUTO_UPDATE":
        raise _refused(
            "no_voucher_suitable_for_publication", f"campaign: {campaign.name} has no {count} codes left to give"
        )
    new: dict[str, str] = {}
    for _ in range(missing * DRAWS_FOR_A_CODE):
        if len(new) == missing:
            break
        code = draw(campaign.code_config)
        new.setdefault(voucher_id(store.project, code), code)
    if len(new) < missing:
        raise _refused("no_voucher_suitable_for_publication", f"campaign: {campaign.name} has no {count} codes to make")
    return found, [voucher_of(campaign, code, project=store.project, at=at) for code in new.values()]


def _ends(wish: Wish, campaign: Campaign | None, project: Project, *, at: datetime) -> datetime | None:
    """When codes end that are given away now, if they do not end sooner by themselves."""
    lives = campaign.activity_duration_after_publishing if campaign else None
    ends = span_of(lives).after(at, project.zone) if lives else None
    return min(filter(None, (ends, wish.ends)), default=None)


def _given(voucher: Voucher, holder: str, ends: datetime | None) -> Voucher:
    """The voucher once it is somebody's."""
    update: dict[str, object] = {"published": voucher.published + 1, "holder_id": voucher.holder_id or holder}
    if ends:
        update["expiration_date"] = min(ends, voucher.expiration_date or ends)
    return voucher.model_copy(update=update)


def _refused(key: str, details: str) -> PromotionError:
    return PromotionError(key, key.replace("_", " ").capitalize(), details=details)
