"""When occasions come round, and for whom.

residences.py    where somebody lives: a country, and the zone in which they read the clock
celebrations.py  the days that stand in somebody's profile
schedules.py     what goes out on which occasion, at which hour of whose clock
holidays.py      the holidays of countries
occasions.py     from a schedule to the instants of its runs, and who is due in them
ticks.py         the quarters of an hour at which all this is looked at
agenda.py        what a tick works through and hands on
"""
