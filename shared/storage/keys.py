"""Every key of the one table, so that all access patterns can be read in one place.

A key begins with the project, so two projects never meet. ``{hash}`` of a voucher is of the project and
its code's normal form: a voucher is found by its code or by its id with the same single read, and a redemption's id
carries the hash of its voucher, so that redemptions are found by id and by voucher without any index.

    item                PK                              SK
    voucher             {project}#voucher#{hash}        voucher
    hold (session)      {project}#voucher#{hash}        hold#{session key}
    shard of a hot one  {project}#voucher#{hash}#{n}    shard
    credits by hand     {project}#voucher#{hash}        vtx#{id}
    redemption          {project}#redemptions#{hash}    {milliseconds}{random}
    what limits count   {project}#usage#{usage's name}  usage
    shard of a hot one  {project}#usage#{usage's name}#{n}  shard
    what holds take     {project}#usage#{usage's name}  hold#{until}#{hash}#{session key}
    campaign            {project}#campaign#{id}         campaign
    campaign's name     {project}#campaign_name#{name}  campaign_name
    publication         {project}#publication#{id}      publication
    validation rule     {project}#rule#{id}             rule
    what is under it    {project}#rule#{id}             assignment#{hash of the voucher's or campaign's id}
    who has joined      {project}#customer#{id}         joined#{campaign id}
    customer            {project}#customer#{id}         customer
    customer's summary  {project}#customer#{id}         summary
    order               {project}#order#{id}            order
    event               {project}#event#{id}            event
    segment             {project}#segment#{id}          segment
    who is listed in it {project}#customer#{id}         member#{segment id}
    what was told of it {project}#customer#{id}         enrolled#{segment id}
    that it is watched  {project}#watched               {segment id}
    what they celebrate {project}#customer#{id}         occasion#{attribute}
    what they allow     {project}#customer#{id}         consents
    each word of it     {project}#customer#{id}         consent#{instant}#{id}
    when written to     {project}#customer#{id}         contacts
    that they moved     {project}#customer#{id}         moved
    delivery            {project}#delivery#{id}         delivery
    message template    {project}#message_template#{id} message_template
    schedule            {project}#schedule#{id}         schedule
    what came of a run  {project}#schedule#{id}         run#{day}#{shard}
    active schedule     agenda                          {project}#{schedule id}
    how far ticks came  agenda                          (ticked)
    product             {project}#product#{id}          product
    SKU                 {project}#sku#{id}              sku
    collection          {project}#collection#{id}       collection
    a set of members    {project}#collection#{id}       generation#{generation}
    its member          {project}#collected#{id}#{generation}#{shard}
                                                        {id of the product or SKU}
    async action        {project}#async_action#{id}     async_action
    settings            {project}#settings              settings
    contact policy      {project}#settings              contact_policy
    seal of its links   {project}#settings              seal
    brand               {project}#settings              brand
    its webhook         {project}#settings              webhook
    who gets its data   {project}#settings              processors
    an address at rest  {project}#suppression#{print}   suppression
    how fast mails go   pace                            {channel}
    its lane            {project}#async_action#{id}     lane#{number}
    what it was sent    {project}#async_action#{id}#{n} part
    remembered answer   {project}#answer#{hash}         answer
    visits (a window)   {project}#visits#{hash}         {window's start, epoch seconds}
    access key          access_key#{app id}             access_key
    token (OAuth)       token#{hash}                    token
    counter of a list   {project}#count#{kind}          count
    how far it counted  checkpoint#{stream shard}       checkpoint

Three indexes, all KEYS_ONLY and sparse, so that counting a use touches none:

    index    partition                             sort                           serves
    lists    {project}#{kind}#{shard}              {instant}#{id}                 every list of a kind, newest first
    pools    {project}#pool#{campaign id}#{shard}  {free|held}#{code hash}        a campaign's codes; a free one
             {project}#members#{segment id}#{shard}  {customer id}                a static segment's customers
             {project}#alone#{shard}               {instant}#{id}                 vouchers of no campaign, newest first
             {project}#occasion#{attribute}#{MM-DD}#{shard}
                                                   {zone}#{year}#{customer id}    who celebrates on a day, by zone
             deferred                              {until}#{delivery id}          deliveries that wait, of all projects;
                                                   {tick}#{customer id}           and who has moved to another zone
    owners   {project}#customer#{id}               {kind}#{instant}#{id}          what a customer did and has
             {project}#product#{id}                sku#{instant}#{id}             a product's SKUs
             {project}#rule#{id}                   assignment#{instant}#{id}      what is under a rule
             {project}#place#{country} {zone}#{shard}  {customer id}              who lives in a place

A list is spread over shards, so that a million new codes meet no hot partition; a page merges them.

    question                                 costs
    a voucher by code or id                  one read of its item (at most 1 KB: 0.5 unit, 1 when consistent)
    a checkout's facts                       one batch: vouchers, holds, customer, summary, order; then campaigns
    an order's lines, for its rules          in that batch (100 keys a round trip): a line and static collection a key
                                             (1 unit), two where a SKU is named; for auto-update ones, or where rules
                                             look at what is stored, its product and SKU once; definitions warm for 5 s
    a redemption by id, by voucher           one read; one query of one partition
    one page of a list                       a query a shard (8), then one batch for the page's items
    its total                                nothing where the page shows its end; else the counter, up to 10,000 8 more
    a filtered page                          the same from the narrowest index; else whatever it may keep is read
    a customer who is new                    5 units: the item 2, on the list 1, in a place 1, by the day they came 1; a
                                             birthday or date of metadata is 3 more, a place that nobody lived in 2
    what is said anew of one                 2 units; a birthday that moves 4 more; a zone 7, and 4 a birthday or date;
                                             nothing where it is known already
    what a customer did                      one query of one partition of owners, then one batch
    a product's SKUs                         the same
    what is in a static collection           a query a shard (8) as far as the page reaches, then one batch
    a collection of n products, new          n writes, 25 a round trip and eight at a time; then one commit shows them
    how far an action's lanes are            one query of one partition
    a free code of a campaign                one query of one shard, from a random point
    whether somebody is in a segment         one read, if it is static; else their profile and summary, and no more
    the rules that an offer is under         their ids stand with it; then one batch, and none while they are warm
    what a customer may use                  a query a shard of campaigns (8) and of vouchers alone (8), one of what was
                                             given to them; then a batch or two for 25 candidates, then for each 100
    what somebody allows                     one read; with all that they have said, one query of one partition
    which of their addresses are at rest     one batch; the seals are warm
    what waits for a customer                one query of one partition, then one batch, of the newest 100 messages
    a message that is due                    one batch, what is suppressed, the campaign, then three commits: 38 units
                                             with a code that is made for it; the batch alone where it has left already
    a message that is asked for              the same with its template and campaign, 34 units; 2 more and two reads
                                             under an Idempotency-Key
    why there was a message                  its entry, one batch, the template; a query where more was said since
    all that is held of somebody             two queries, and one batch for 25 of their things; on the first page which
                                             segments there are
    who asks, by key pair or token           one read (a token: two), then none for a minute
    how often an address has asked           one write, which is also the answer
    a project's key pairs                    one page of a list
    what a tick must know                    one query of the agenda, one for who waits, a read of each project's
                                             settings; how far it came is one write, 2 units
    who is due in a run                      one query (eight where a day may be everybody's), an entry each who is due
    who is due on a day, by zone             the same, however many zones; of everybody's days eight counts a place
"""

import hashlib
from datetime import date, datetime
from typing import NamedTuple

from shared.domain.model import iso

TABLE_INDEXES = {"lists": ("list", "listed"), "pools": ("pool", "pooled"), "owners": ("owner", "owned")}
"""Name of each index → its partition and sort attributes; both are strings."""

TIME_TO_LIVE = "expires_at"
"""Epoch seconds after which DynamoDB may remove a remembered answer, a token, a count of visits or of a day's uses, or
what an import was sent. Only a broom: nothing ever waits for it."""

SHARDS = 8
"""Partitions a list is spread over: 8 × 1,000 writes a second."""


class Key(NamedTuple):
    """Where one item lives.

    >>> Key.campaign("sandbox", "camp_1")
    Key(PK='sandbox#campaign#camp_1', SK='campaign')
    """

    PK: str
    SK: str

    @classmethod
    def voucher(cls, project: str, code_hash: str) -> "Key":
        return cls(f"{project}#voucher#{code_hash}", "voucher")

    @classmethod
    def hold(cls, project: str, code_hash: str, session: str) -> "Key":
        return cls(f"{project}#voucher#{code_hash}", f"hold#{session}")

    def shard(self, number: int) -> "Key":
        """A part of a counter that is too hot for its item; in a partition of its own, for that is the point.

        >>> Key.usage("sandbox", "camp_1 all").shard(3)
        Key(PK='sandbox#usage#camp_1 all#3', SK='shard')
        """
        return Key(f"{self.PK}#{number}", "shard")

    @classmethod
    def adjustment(cls, project: str, code_hash: str, id_: str) -> "Key":
        return cls(f"{project}#voucher#{code_hash}", f"vtx#{id_}")

    @classmethod
    def settings(cls, project: str) -> "Key":
        return cls(f"{project}#settings", "settings")

    @classmethod
    def contact_policy(cls, project: str) -> "Key":
        """Beside the settings: a checkout, which reads those, never needs it."""
        return cls(f"{project}#settings", "contact_policy")

    @classmethod
    def seal(cls, project: str) -> "Key":
        return cls(f"{project}#settings", "seal")

    @classmethod
    def brand(cls, project: str) -> "Key":
        return cls(f"{project}#settings", "brand")

    @classmethod
    def webhook(cls, project: str) -> "Key":
        return cls(f"{project}#settings", "webhook")

    @classmethod
    def processors(cls, project: str) -> "Key":
        return cls(f"{project}#settings", "processors")

    @classmethod
    def suppression(cls, project: str, printed: str) -> "Key":
        """An address that is not written to, by its print. A number that its carrier has barred is barred for all
        projects of the account, which stand as ``account``.
        """
        return cls(f"{project}#suppression#{printed}", "suppression")

    @classmethod
    def pace(cls, channel: str) -> "Key":
        """No project begins it: what a provider allows, it allows the account."""
        return cls("pace", channel)

    @classmethod
    def redemption(cls, project: str, redemption_id: str) -> "Key":
        """The id is ``{prefix}_{hash of the voucher}{milliseconds}{random}``; both halves of the key are in it.

        >>> Key.redemption("sandbox", "r_0123456789abcdef0199cafe0000ffff")
        Key(PK='sandbox#redemptions#0123456789abcdef', SK='0199cafe0000ffff')
        """
        _, _, body = redemption_id.partition("_")
        return cls(f"{project}#redemptions#{body[:16]}", body[16:])

    @classmethod
    def usage(cls, project: str, name: str) -> "Key":
        return cls(f"{project}#usage#{name}", "usage")

    @classmethod
    def held(cls, project: str, name: str, until: int, code_hash: str, session: str) -> "Key":
        """What a hold takes of a usage, beside it: in the order in which holds lapse."""
        return cls(f"{project}#usage#{name}", f"hold#{until:016d}#{code_hash}#{session}")

    @classmethod
    def campaign(cls, project: str, campaign_id: str) -> "Key":
        return cls(f"{project}#campaign#{campaign_id}", "campaign")

    @classmethod
    def campaign_name(cls, project: str, name: str) -> "Key":
        return cls(f"{project}#campaign_name#{name}", "campaign_name")

    @classmethod
    def publication(cls, project: str, publication_id: str) -> "Key":
        return cls(f"{project}#publication#{publication_id}", "publication")

    @classmethod
    def rule(cls, project: str, rule_id: str) -> "Key":
        return cls(f"{project}#rule#{rule_id}", "rule")

    @classmethod
    def assignment(cls, project: str, assignment_id: str) -> "Key":
        """The id is ``asgm_{the rule's}{16 digits}``, so it tells beside which rule it is kept.

        >>> Key.assignment("sandbox", "asgm_0199cafe0123456789abcdef")
        Key(PK='sandbox#rule#val_0199cafe', SK='assignment#0123456789abcdef')
        """
        _, _, body = assignment_id.partition("_")
        return cls(f"{project}#rule#val_{body[:-16]}", f"assignment#{body[-16:]}")

    @classmethod
    def joined(cls, project: str, customer_id: str, campaign_id: str) -> "Key":
        """With it stands what the customer has said last to an offer of the campaign, and when."""
        return cls(f"{project}#customer#{customer_id}", f"joined#{campaign_id}")

    @classmethod
    def customer(cls, project: str, customer_id: str) -> "Key":
        return cls(f"{project}#customer#{customer_id}", "customer")

    @classmethod
    def summary(cls, project: str, customer_id: str) -> "Key":
        return cls(f"{project}#customer#{customer_id}", "summary")

    @classmethod
    def order(cls, project: str, order_id: str) -> "Key":
        return cls(f"{project}#order#{order_id}", "order")

    @classmethod
    def event(cls, project: str, event_id: str) -> "Key":
        return cls(f"{project}#event#{event_id}", "event")

    @classmethod
    def segment(cls, project: str, segment_id: str) -> "Key":
        return cls(f"{project}#segment#{segment_id}", "segment")

    @classmethod
    def member(cls, project: str, customer_id: str, segment_id: str) -> "Key":
        return cls(f"{project}#customer#{customer_id}", f"member#{segment_id}")

    @classmethod
    def product(cls, project: str, product_id: str) -> "Key":
        return cls(f"{project}#product#{product_id}", "product")

    @classmethod
    def sku(cls, project: str, sku_id: str) -> "Key":
        return cls(f"{project}#sku#{sku_id}", "sku")

    @classmethod
    def collection(cls, project: str, collection_id: str) -> "Key":
        return cls(f"{project}#collection#{collection_id}", "collection")

    @classmethod
    def generation(cls, project: str, collection_id: str, generation: str) -> "Key":
        return cls(f"{project}#collection#{collection_id}", f"generation#{generation}")

    @classmethod
    def collected(cls, project: str, collection_id: str, generation: str, member_id: str) -> "Key":
        """A product or SKU in one generation of a static collection: whether it is in it is one read."""
        return cls(collected_in(project, collection_id, generation, shard_of(member_id)), member_id)

    @classmethod
    def enrolled(cls, project: str, customer_id: str, segment_id: str) -> "Key":
        return cls(f"{project}#customer#{customer_id}", f"enrolled#{segment_id}")

    @classmethod
    def watched(cls, project: str, segment_id: str) -> "Key":
        """One partition for all that a project watches, so that one query tells that it watches nothing."""
        return cls(f"{project}#watched", segment_id)

    @classmethod
    def occasion(cls, project: str, customer_id: str, attribute: str) -> "Key":
        return cls(f"{project}#customer#{customer_id}", f"occasion#{attribute}")

    @classmethod
    def consents(cls, project: str, customer_id: str) -> "Key":
        return cls(f"{project}#customer#{customer_id}", "consents")

    @classmethod
    def consent(cls, project: str, customer_id: str, at: datetime, id_: str) -> "Key":
        return cls(f"{project}#customer#{customer_id}", f"consent#{iso(at)}#{id_}")

    @classmethod
    def contacts(cls, project: str, customer_id: str) -> "Key":
        return cls(f"{project}#customer#{customer_id}", "contacts")

    @classmethod
    def moved(cls, project: str, customer_id: str) -> "Key":
        return cls(f"{project}#customer#{customer_id}", "moved")

    @classmethod
    def delivery(cls, project: str, delivery_id: str) -> "Key":
        return cls(f"{project}#delivery#{delivery_id}", "delivery")

    @classmethod
    def message_template(cls, project: str, template_id: str) -> "Key":
        return cls(f"{project}#message_template#{template_id}", "message_template")

    @classmethod
    def schedule(cls, project: str, schedule_id: str) -> "Key":
        return cls(f"{project}#schedule#{schedule_id}", "schedule")

    @classmethod
    def run(cls, project: str, schedule_id: str, day: date, shard: int) -> "Key":
        """A part of what a run has come to; over shards, for every delivery of the run counts in it."""
        return cls(f"{project}#schedule#{schedule_id}", f"run#{day.isoformat()}#{shard}")

    @classmethod
    def agenda(cls, project: str, schedule_id: str) -> "Key":
        """No project begins it: a tick is for all of them, and one query tells it all that is active."""
        return cls("agenda", f"{project}#{schedule_id}")

    @classmethod
    def ticked(cls) -> "Key":
        """How far ticks have come; on the agenda, so that the same query tells it."""
        return cls("agenda", "(ticked)")

    @classmethod
    def async_action(cls, project: str, action_id: str) -> "Key":
        return cls(f"{project}#async_action#{action_id}", "async_action")

    @classmethod
    def lane(cls, project: str, action_id: str, number: int) -> "Key":
        return cls(f"{project}#async_action#{action_id}", f"lane#{number:04d}")

    @classmethod
    def part(cls, project: str, action_id: str, number: int) -> "Key":
        """A part of what an import was sent; a partition of its own, for it is as much as one takes at once."""
        return cls(f"{project}#async_action#{action_id}#{number:04d}", "part")

    @classmethod
    def answer(cls, project: str, scope: str) -> "Key":
        return cls(f"{project}#answer#{digest(scope)}", "answer")

    @classmethod
    def access_key(cls, app_id: str) -> "Key":
        """No project begins it: it is what tells the project."""
        return cls(f"access_key#{app_id}", "access_key")

    @classmethod
    def token(cls, hashed: str) -> "Key":
        """No project begins it either; it leads to its key pair."""
        return cls(f"token#{hashed}", "token")

    @classmethod
    def visits(cls, project: str, visitor: str, since: int) -> "Key":
        return cls(f"{project}#visits#{visitor}", str(since))

    @classmethod
    def counter(cls, kind: str) -> "Key":
        """Of a list, ``{project}#{kind}``.

        >>> Key.counter("sandbox#voucher")
        Key(PK='sandbox#count#voucher', SK='count')
        """
        project, _, name = kind.rpartition("#")
        return cls(f"{project}#count#{name}", "count")

    @classmethod
    def checkpoint(cls, shard: str) -> "Key":
        """No project begins this one either: a shard of the table's stream carries the changes of all."""
        return cls(f"checkpoint#{shard}", "checkpoint")


def digest(text: str) -> str:
    """A stable name for a text of any length: 128 bits of SHA-256 in hex.

    >>> digest("Summer"), len(digest("x" * 10_000))
    ('c0de243c407c0e98ed0364e1d0c636d5', 32)
    """
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def shard_of(id_: str) -> int:
    """The shard of a list in which an id stands; even, and the same for ever."""
    return hashlib.sha256(id_.encode()).digest()[0] % SHARDS


def collected_in(project: str, collection_id: str, generation: str, shard: int) -> str:
    """The partition in which a shard of a static collection's members stands."""
    return f"{project}#collected#{collection_id}#{generation}#{shard}"


def listing(project: str, kind: str, id_: str, at: datetime) -> dict[str, str]:
    """The two attributes that put an item on the list of its kind."""
    return {"list": f"{project}#{kind}#{shard_of(id_)}", "listed": f"{iso(at)}#{id_}"}


def owning(project: str, kind: str, id_: str, customer_id: str | None, at: datetime) -> dict[str, str]:
    """The two attributes that put an item among the things of its customer; none where it has no customer."""
    if customer_id is None:
        return {}
    return {"owner": f"{project}#customer#{customer_id}", "owned": f"{kind}#{iso(at)}#{id_}"}


def belonging(project: str, kind: str, id_: str, product_id: str, at: datetime) -> dict[str, str]:
    """The two attributes that put an item among the things of its product."""
    return {"owner": f"{project}#product#{product_id}", "owned": f"{kind}#{iso(at)}#{id_}"}


def standing_alone(project: str, id_: str, at: datetime) -> dict[str, str]:
    """The two attributes that put a voucher among those of no campaign: they qualify by themselves."""
    return {"pool": f"{project}#alone#{shard_of(id_)}", "pooled": f"{iso(at)}#{id_}"}


def pooling(project: str, campaign_id: str, code_hash: str, *, free: bool) -> dict[str, str]:
    """The two attributes that put a code in its campaign's pool, free to be issued or held by somebody."""
    state = "free" if free else "held"
    return {"pool": f"{project}#pool#{campaign_id}#{shard_of(code_hash)}", "pooled": f"{state}#{code_hash}"}


def membership(project: str, segment_id: str, customer_id: str) -> dict[str, str]:
    """The two attributes that put a customer among those of a static segment."""
    return {"pool": members(project, segment_id, shard_of(customer_id)), "pooled": customer_id}


def members(project: str, segment_id: str, shard: int) -> str:
    """A partition of ``pools`` with customers of a static segment."""
    return f"{project}#members#{segment_id}#{shard}"


ONE_PARTITION = ("birthdate",)
"""Attributes whose days are spread over the year by nature; a day of others, as of an import, may be everybody's."""


def spread(attribute: str) -> int:
    """Over how many shards those are spread who celebrate an attribute on one day."""
    return 1 if attribute in ONE_PARTITION else SHARDS


def occasions(project: str, attribute: str, month_day: str, shard: int = 0) -> str:
    """A partition of ``pools`` with those who celebrate an attribute on a day of the year, ``02-29``."""
    return f"{project}#occasion#{attribute}#{month_day}#{shard}"


def celebrating(project: str, attribute: str, day: date, zone: str, customer_id: str) -> dict[str, str]:
    """The two attributes that put a customer among those who celebrate a day; ``zone`` is a name, or ``NOWHERE``.

    >>> celebrating("p", "birthdate", date(1990, 2, 28), "Europe/Dublin", "cust_1")
    {'pool': 'p#occasion#birthdate#02-28#0', 'pooled': 'Europe/Dublin#1990#cust_1'}
    """
    shard = shard_of(customer_id) % spread(attribute)
    return {
        "pool": occasions(project, attribute, f"{day:%m-%d}", shard),
        "pooled": f"{zone}#{day.year:04d}#{customer_id}",
    }


def inhabitants(project: str, place: str, shard: int) -> str:
    """A partition of ``owners`` with those who live in a place (``Residence.key``)."""
    return f"{project}#place#{place}#{shard}"


def living(project: str, place: str, customer_id: str) -> dict[str, str]:
    """The two attributes that put a customer among those who live in a place."""
    return {"owner": inhabitants(project, place, shard_of(customer_id)), "owned": customer_id}


WAITING = "deferred"
"""The partition of ``pools`` with the deliveries that wait, by the instant until which they do."""


def waiting(until: datetime, id_: str) -> dict[str, str]:
    """The two attributes that put a delivery among those that wait; or a customer who moved, for the next tick."""
    return {"pool": WAITING, "pooled": f"{iso(until)}#{id_}"}
