"""How publications look."""

from shared.domain.lists import Listed
from shared.domain.model import iso
from shared.domain.publications import Published, Response
from shared.wire.answers.customers import customer
from shared.wire.answers.parts import Json, listed, present
from shared.wire.answers.vouchers import voucher


def publication(of: Published) -> Json:
    its = of.publication
    return present(
        id=its.id,
        object="publication",
        created_at=iso(its.created_at),
        customer_id=its.customer_id,
        metadata=its.metadata or {},
        channel="API",
        source_id=its.source_id,
        result="SUCCESS",
        customer=of.customer and customer(of.customer),
        vouchers_id=[voucher.id for voucher in of.vouchers],
        response=its.response and said(its.response),
        voucher=voucher(of.vouchers[0], of.campaign) if len(of.vouchers) == 1 else None,
        vouchers=[voucher.code for voucher in of.vouchers] if len(of.vouchers) > 1 else None,
    )


def said(of: Response) -> Json:
    """What a customer has said to the offer."""
    return {"response": of.response, "channel": of.channel, "at": iso(of.at)}


def publication_entry(of: Published) -> Json:
    """A publication in a list: the voucher in short; none where it was deleted since."""
    full = publication(of)
    if "voucher" in full:
        brief = ("code", "object", "campaign", "discount", "is_referral_code")
        full["voucher"] = {name: full["voucher"][name] for name in brief if name in full["voucher"]}
    return full


def publications(of: Listed[Published]) -> Json:
    return listed("publications", [publication_entry(each) for each in of.things], total=of.total)
