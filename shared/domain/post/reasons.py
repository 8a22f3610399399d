"""Why a message did not leave, in the words in which its customer is told: what follows on "because", or a colon."""

REASONS = {
    "no_address": "we have no address of yours that it could go to",
    "suppressed": "messages to your address came back, or we were told to send none there",
    "no_consent": "you have not allowed it",
    "topic_declined": "you do not want to hear of what it is about",
    "frequency_cap": "you had got as many messages already as we send in that time, or as you want",
    "quiet_hours": "it was an hour at which we leave people in peace",
    "blackout": "it was a day on which we send nothing",
    "too_late": "it could not be sent in time",
    "campaign_inactive": "the offer was not open, or not any more",
    "template_gone": "what it should have said was deleted",
    "customer_gone": "you were not our customer any more",
    "not_due": "it was not your day, or not any more",
    "not_in_audience": "it was meant for a group that you were not in",
    "schedule_inactive": "we had stopped sending it",
    "accepted": "you had accepted the offer already",
    "declined": "you had declined the offer",
    "redeemed": "you had used the offer already",
    "already_bought": "you had ordered meanwhile",
    "voucher_expired": "its code was not good any more",
    "publication_gone": "the offer was deleted",
    "no_voucher_left": "there was no code left to give",
    "voucher_gone": "its code was deleted",
    "voucher_used_up": "its code was used up",
    "channel_busy": "our carrier was busy",
    "template_failed": "it could not be written",
    "no_sender": "we had not settled who such messages come from",
    "no_webhook": "our app and our pages take no messages",
    "address_refused": "your address is not one that it could go to",
    "message_rejected": "our carrier refused it",
    "message_refused": "our carrier refused it, or your address",
    "opted_out": "your carrier was told that you want no messages from us",
}


def said_of(reason: str | None) -> str:
    """The words for a reason; for one that has none, its own name.

    >>> said_of("no_consent"), said_of("customer_rules_violated")
    ('you have not allowed it', 'of what we call “customer_rules_violated”')
    """
    return REASONS.get(reason or "", f"of what we call “{reason}”")
