"""What each kind of thing may be asked about, by the names that the contract has for it in filters and in ``order``.

kinds.py      how an attribute is made: a text, a number, a date, …
offers.py     of vouchers, campaigns, publications, rules, and the actions that make them
people.py     of customers, in lists, segments and rules alike, and of segments
purchases.py  of orders and redemptions
catalogue.py  of products, SKUs and collections
calendar.py   of schedules
post.py       of deliveries and message templates
"""
