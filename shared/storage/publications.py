"""Publications, and the codes that they give away."""

import json
import secrets
from collections.abc import Iterator, Sequence
from functools import partial

from shared.domain.attributes.offers import PUBLICATIONS
from shared.domain.customers import Profile
from shared.domain.errors import Moved, NotFound
from shared.domain.ids import code_hash
from shared.domain.lists import Listed, Query
from shared.domain.model import iso
from shared.domain.publications import Known, Publication, Published, Response
from shared.domain.vouchers import Voucher
from shared.storage.campaigns import CampaignStore
from shared.storage.customer_items import customer_id, keeping_customer
from shared.storage.customers import CustomerStore
from shared.storage.documents import item_of, value_of
from shared.storage.keys import SHARDS, Key, listing, owning, pooling
from shared.storage.lists import ListOf, of_customer, of_keys
from shared.storage.projects import ProjectStore
from shared.storage.table import Item, Table, Write, chunks, create, update
from shared.storage.voucher_items import adding, item_of_voucher, voucher_keys, vouchers_of
from shared.storage.vouchers import VoucherStore

CANDIDATES = 25
"""Codes that are looked at together when a free one is sought."""


class PublicationStore:
    """The publications of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self.project = project
        self.campaigns = CampaignStore(table, project)
        self.vouchers = VoucherStore(table, project)
        self._customers = CustomerStore(table, project)
        self._settings = ProjectStore(table, project)

    def known(self, publication_id: str | None, customer_id_: str, campaign_id: str | None) -> Known:
        """What is known already of a publication that is to be made; one round trip."""
        publication = Key.publication(self.project, publication_id) if publication_id else None
        customer = Key.customer(self.project, customer_id_)
        joined = Key.joined(self.project, customer_id_, campaign_id) if campaign_id else None
        settings = self._settings.to_read
        items = self._table.get_many([key for key in (publication, customer, joined, *settings) if key])
        found = items.get(publication) if publication else None
        return Known(
            self._customers.canonical(items.get(customer)),
            value_of(Publication, found, ()) if found else None,
            items[joined]["publication_id"] if joined in items else None,
            self._settings.settled(items),
        )

    def get(self, publication_id: str) -> Publication:
        """A publication that there is.

        Raises:
            NotFound: if there is none.
        """
        item = self._table.get(Key.publication(self.project, publication_id))
        if item is None:
            raise NotFound("publication", publication_id)
        return value_of(Publication, item, ())

    def free(self, campaign_id: str) -> Iterator[Voucher]:
        """The codes of a campaign that may be given away, from a random point on.

        The index may be a moment behind, so each code is looked at as it is now; the commit looks once more.
        """
        first = secrets.randbelow(SHARDS)
        middle = f"free#{secrets.token_hex(8)}"
        halves = (("free#", middle), (middle, "free#~"))
        for half in reversed(halves):
            for shard in range(first, first + SHARDS):
                hashes = self.campaigns.codes(campaign_id, shard=shard % SHARDS, since=half[0], until=half[1])
                for piece in chunks(hashes, CANDIDATES):
                    for voucher in self.vouchers.of_hashes(piece):
                        if voucher.active and not voucher.published:
                            yield voucher

    def publish(
        self,
        published: Published,
        *,
        known: Known,
        minted: Sequence[Voucher],
    ) -> None:
        """Give codes to a customer: all, with the record of it and the customer, or nothing.

        Raises:
            Moved: if one of the codes was given away just now, or the publication made by somebody else.
        """
        publication = published.publication
        new = {voucher.id for voucher in minted}
        writes: list[Write] = [
            create(
                Key.publication(self.project, publication.id),
                {
                    **item_of(publication, ()),
                    **listing(self.project, "publication", publication.id, publication.created_at),
                    **owning(
                        self.project,
                        "publication",
                        publication.id,
                        publication.customer_id,
                        publication.created_at,
                    ),
                },
                otherwise=Moved(),
            )
        ]
        if published.customer:
            writes += keeping_customer(self.project, published.customer, known=known.customer, settled=known.project)
        if publication.campaign_id and known.joined is None:
            joined = Key.joined(self.project, publication.customer_id, publication.campaign_id)
            writes.append(create(joined, {"publication_id": publication.id}, otherwise=Moved()))
        for voucher in published.vouchers:
            if voucher.id in new:
                writes.append(adding(self.project, voucher, otherwise=Moved()))
            else:
                writes.append(self._giving(voucher, publication.customer_id))
        if minted and published.campaign:
            writes.append(self.campaigns.counting(published.campaign, len(minted)))
        self._table.commit(*writes, outcome=published)

    def respond(self, published: Published, *, before: Publication) -> None:
        """Keep what a customer has said to an offer: with its publication, and with their having joined its campaign,
        where messages that tell no code yet are stopped by it.

        Raises:
            Moved: if they have said something else just now.
        """
        publication = published.publication
        response, was = publication.response, before.response
        assert response
        answered = update(
            Key.publication(self.project, publication.id),
            "SET #document = :document, #answered = :answered",
            {
                "document": item_of(publication, ())["document"],
                "answered": iso(response.at),
                **({"was": iso(was.at)} if was else {}),
            },
            only_if="#answered = :was" if was else "attribute_exists(PK) AND attribute_not_exists(#answered)",
            otherwise=Moved(),
        )
        self._table.commit(answered, *self._heard(publication, response), outcome=published)

    def _heard(self, publication: Publication, response: Response) -> Iterator[Write]:
        """The write that keeps a word with the campaign, if it is the latest; who was forgotten has joined none."""
        if publication.campaign_id is None:
            return
        joined = Key.joined(self.project, publication.customer_id, publication.campaign_id)
        item = self._table.get(joined)
        known = response_of(item)
        if item is None or (known and known.at > response.at):
            return
        word = json.dumps({**response.model_dump(mode="json"), "publication_id": publication.id})
        yield update(
            joined,
            "SET #response = :response, #answered = :answered",
            {"response": word, "answered": iso(response.at), **({"was": item["response"]} if known else {})},
            only_if="#response = :was" if known else "attribute_exists(PK) AND attribute_not_exists(#response)",
            otherwise=Moved(),
        )

    def tell(self, publications: Sequence[Publication]) -> list[Published]:
        """Publications with their vouchers, customers and campaigns, as these are now."""
        vouchers = {
            code: Key.voucher(self.project, code_hash(self.project, code))
            for publication in publications
            for code in publication.codes
        }
        customers = {
            publication.customer_id: Key.customer(self.project, publication.customer_id) for publication in publications
        }
        items = self._table.get_many([*voucher_keys(vouchers.values()), *customers.values()])
        found = vouchers_of(self._table, vouchers.values(), items)
        campaigns = self.campaigns.get_many(
            (publication.campaign_id for publication in publications if publication.campaign_id), warm=True
        )
        return [
            Published(
                publication,
                tuple(found[vouchers[code]] for code in publication.codes if vouchers[code] in found),
                self._customers.canonical(items.get(customers[publication.customer_id])),
                campaigns.get(publication.campaign_id or ""),
            )
            for publication in publications
        ]

    def wanted(self, query: Query) -> Listed[Published]:
        """The publications that are asked for, with what each is about."""

        def told(items: Sequence[Item]) -> list[Published]:
            return self.tell([value_of(Publication, item, ()) for item in items])

        key = partial(Key.publication, self.project)
        narrow = {"id": of_keys(key), "customer_id": of_customer(self._table, self.project, "publication")}
        return ListOf(self._table, self.project, "publication", PUBLICATIONS, told, key, narrow=narrow).wanted(query)

    def customer_id(self, profile: Profile) -> str | None:
        return customer_id(self.project, profile)

    def _giving(self, voucher: Voucher, holder: str) -> Write:
        """A unique code goes to one customer; any other may be given to many, the first is its holder."""
        hashed = code_hash(self.project, voucher.code)
        values: Item = {"holder": holder, "one": 1, "yes": True, "no": False}
        sets = "#holder_id = if_not_exists(#holder_id, :holder)"
        only_if = "attribute_exists(PK) AND #active = :yes AND #deleted = :no"
        if voucher.is_unique:
            only_if += " AND #published = :zero"
            values["zero"] = 0
        if voucher.campaign_id and voucher.expiration_date:  # its end may be a new one, and is in the document
            sets += ", #document = :document, #version = :next"
            only_if += " AND #version = :was"
            document = item_of_voucher(voucher)["document"]
            values |= {"document": document, "was": voucher.version, "next": voucher.version + 1}
        if voucher.campaign_id:
            sets += ", #pool = :pool, #pooled = :pooled"
            values |= pooling(self.project, voucher.campaign_id, hashed, free=False)
        return update(
            Key.voucher(self.project, hashed),
            f"SET {sets} ADD #published :one",
            values,
            only_if=only_if,
            otherwise=Moved(),
        )


def response_of(joined: Item | None) -> Response | None:
    """What a customer has said last to an offer of a campaign, from the item that says that they have joined it."""
    return Response.model_validate_json(joined["response"]) if joined and "response" in joined else None
