"""What may be said of a message that shall only be shown."""

from shared.domain.codes import Code
from shared.domain.post.deliveries import Purpose
from shared.wire.body import Created
from shared.wire.customers import Locale
from shared.wire.deliveries import Addressee, OfCampaign


class PreviewBody(Created):
    """For whom, and with which offer."""

    customer: Addressee
    campaign: OfCampaign | None = None
    voucher: Code | None = None
    locale: Locale | None = None
    purpose: Purpose = "marketing"
