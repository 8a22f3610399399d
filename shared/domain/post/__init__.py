"""What becomes of a message, from the moment at which it is due.

consents.py        what somebody has allowed
addresses.py       where customers are reached
suppressions.py    addresses that are not written to, whoever they belong to
choices.py         what a preference centre shows
contact_policy.py  the one gate: send, wait, or drop
templates.py       what messages say
deliveries.py      one message to one customer, through its states
judging.py         whether a delivery may leave, by all that is known of it
links.py           the sealed link by which somebody unsubscribes
feedback.py        what is heard of a message that has left, and whether it is believed
stops.py           what somebody means who answers a text message
"""
