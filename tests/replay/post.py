"""A year of the post over HTTP: who wants which messages changes all the time, and an oracle checks each that leaves.

People in forty zones are written to on their birthdays, on days for everybody, and whenever the shop asks. Week by week
they say yes and no, follow the links in their mails, complain, send STOP and START, answer offers, redeem and order;
mails bounce, people move, are forgotten, and come again by an import. The same year each time, for a number of people.
"""

import csv
import io
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from infra.local.service import running
from tests.builders import SANDBOX, Clock, Shop, fresh, ok
from tests.replay.calendar import FIRST, LAST, ZONES, births, ledger
from tests.replay.oracle import (
    KINDS,
    Answered,
    Closed,
    Entered,
    Fault,
    Forgotten,
    Happening,
    Moved,
    Often,
    Opened,
    Oracle,
    Ordered,
    Policy,
    Preferred,
    Said,
    Wanted,
)

Json = dict[str, Any]
TILLS = 4
MINUTE = timedelta(minutes=1)
QUIET_END = timedelta(days=12)
"""Before the end of the year, when nothing new happens any more: what waits still in the end has to wait for a cap."""
POLICY = Policy(
    caps=(("email", 1, "DAY"), ("any", 2, "WEEK"), ("sms", 3, "MONTH")),
    quiet=(time(21), time(8)),
    blackouts=((date(2026, 12, 24), date(2026, 12, 26)), (date(2027, 6, 12), date(2027, 6, 15))),
)


class Day(NamedTuple):
    """An occasion in the calendar: for whom, at which hour, and on which channels."""

    occasion: Json
    send_at: str
    channels: tuple[str, ...]
    topic: str | None = None


TOPICS = ("shoes", "wine")
DAYS: Mapping[str, Day] = {
    "birthday": Day({"type": "BIRTHDAY"}, "09:00", ("email", "sms")),
    "patrick": Day({"type": "HOLIDAY", "country": "IE", "name": "Saint Patrick's Day"}, "09:30", ("email",)),
    "june 9": Day({"type": "DAY", "month": 6, "day": 9}, "10:00", ("email", "sms"), "shoes"),
    "june 10": Day({"type": "DAY", "month": 6, "day": 10}, "10:00", ("sms", "email"), "wine"),
    "june 11": Day({"type": "DAY", "month": 6, "day": 11}, "20:45", ("email", "sms")),
}
"""Three days one after the other are more than a week allows."""
IRELAND = "Europe/Dublin"
RECEIPT = "Receipt"
"""What tells a transactional message from others."""
ASLEEP = (22, 23, 0, 1, 2, 3)
"""Hours of the night."""
FREQUENCIES = ("ALL", "DAILY", "WEEKLY", "MONTHLY")
INPUT = re.compile(r"<input ([^>]*)>\s*([^<]*)")
LINK = re.compile(r"/u/[\w-]+")
Does = Callable[[str], Iterator[Happening]]


class Somebody(NamedTuple):
    zone: str
    born: date
    email: str | None
    phone: str | None

    @property
    def addresses(self) -> Mapping[str, str]:
        return {channel: it for channel, it in (("email", self.email), ("sms", self.phone)) if it}


class Year(NamedTuple):
    """What came of it."""

    log: list[Happening]
    wanted: list[Wanted]
    ledger: list[Json]
    outbox: list[Json]

    def faults(self) -> list[Fault]:
        return list(Oracle(POLICY, self.log, self.wanted).faults(self.ledger, self.outbox, end=LAST))


def people(count: int, zones: int = len(ZONES)) -> dict[str, Somebody]:
    """So many in so many zones, the same ones every time: six of ten have both a mail address and a phone."""
    random, apart = Random(23), len(ZONES) // zones
    return {
        f"p{number}": Somebody(
            ZONES[ZONES.index(IRELAND) % apart + number % zones * apart],
            born,
            f"p{number}@example.com" if (kind := random.random()) < 0.85 else None,
            f"+35387{1_000_000 + number}" if not 0.6 <= kind < 0.85 else None,
        )
        for number, (_, born) in enumerate(births(count, Random(17)))
    }


class Offer(NamedTuple):
    """A code that somebody has, and the delivery that told it, if one did."""

    campaign: str
    publication: str
    code: str
    delivery: str | None = None
    channel: str | None = None


class Demand(NamedTuple):
    """What the shop would like to send to somebody."""

    campaign: str
    channels: tuple[str, ...]
    purpose: str = "marketing"
    topic: str | None = None
    unless_ordered: bool = False
    told: Offer | None = None
    """The code that is told again; else a new one."""


class Town:
    """People and a shop. Whatever happens is told to the service, and then to the log."""

    def __init__(self, shop: Shop, clock: Clock, folk: Mapping[str, Somebody]) -> None:
        self._shop = shop
        self._clock = clock
        self._folk = dict(folk)
        self._fans = [*folk][: max(4, len(folk) // 10)]
        """Who is written to the most."""
        self._random = Random(5)
        self._ids: dict[str, str] = {}
        self._links: dict[str, tuple[str, str, str]] = {}
        """Channel and purpose of somebody's latest message, and the link in it."""
        self._offers = defaultdict[str, list[Offer]](list)
        self._waiting = defaultdict[str, list[Demand]](list)
        """What was asked for last and could not leave at once."""
        self._stopped = set[str]()
        """Whose number is left in peace."""
        self._away: list[str] = []
        """Who was forgotten this week."""
        self._back: list[str] = []
        """Who was forgotten the week before."""
        self._seen = 0
        self._now = FIRST
        self.log: list[Happening] = []
        self.wanted: list[Wanted] = []

    # The beginning.

    def settle(self) -> None:
        """The policy, and the calendar."""
        ok(
            self._shop.ask(
                "PUT",
                "contact-policy",
                {
                    "frequency_caps": [{"channel": of, "max": most, "period": per} for of, most, per in POLICY.caps],
                    "quiet_hours": {name: f"{at:%H:%M}" for name, at in zip(("from", "to"), POLICY.quiet, strict=True)},
                    "blackouts": [
                        {"from": first.isoformat(), "to": last.isoformat()} for first, last in POLICY.blackouts
                    ],
                    "topics": [{"id": topic, "name": topic} for topic in TOPICS],
                },
            )
        )
        said = {"marketing": "{{ voucher.code }} {{ unsubscribe_url }}"}
        said["transactional"] = f"{RECEIPT} {said['marketing']}"
        self._templates = {
            purpose: {
                "email": self._shop.template(body),
                "sms": self._shop.template(body, channel="sms", subject=""),
            }
            for purpose, body in said.items()
        }
        self._campaigns = [str(self._shop.campaign(type="AUTO_UPDATE")["id"]) for _ in range(6)]
        self.schedules = {name: self._schedule(day) for name, day in DAYS.items()}

    def _schedule(self, day: Day) -> Json:
        return self._shop.schedule(
            day.occasion,
            send_at=day.send_at,
            channels=[*day.channels],
            templates={channel: self._templates["marketing"][channel] for channel in day.channels},
            **({"topic": day.topic} if day.topic else {}),
        )

    def enter_all(self) -> None:
        self._at_once(self._enter, self._folk)
        self._at_once(self._first_words, self._folk)

    def _enter(self, who: str) -> Iterator[Happening]:
        it = self._folk[who]
        address = {"address": {"country": "IE"}} if it.zone == IRELAND else {}
        known = {"email": it.email, "phone": it.phone, "birthdate": it.born.isoformat(), "time_zone": it.zone}
        said = {name: value for name, value in known.items() if value}
        self._ids[who] = self._shop.customer(who, **said, **address)["id"]
        yield Entered(self._now, who, self._ids[who], it.zone, it.addresses)

    def _first_words(self, who: str) -> Iterator[Happening]:
        """Three in four want marketing, some say no, the others nothing; six in ten want receipts."""
        random, words = Random(who), []
        for channel in self._folk[who].addresses:
            if (mood := random.random()) < 0.85:
                words.append((channel, "marketing", mood < 0.75))
            if random.random() < 0.6:
                words.append((channel, "transactional", True))
        yield from self._say(who, words)

    # What happens week by week.

    def live(self, weeks: Iterable[datetime], many: int) -> None:
        """Each week the shop asks for so many messages, then people do things, and a minute later some of those who
        did are asked for again.
        """
        for week in weeks:
            self._go(week + timedelta(minutes=self._random.randrange(0, 7 * 24 * 60 - 60, 15)))
            self._waiting.clear()
            self._ask_for(self._wave(many))
            self._look()
            doing = self._doing(many)
            self._at_once(lambda it: it[0](it[1]), doing)
            self._import()
            self._go(self._now + MINUTE)
            just_now = [who for _, who in doing if who in self._ids]
            self._ask_for([(who, self._offer(who)) for who in just_now[: many // 2]])
        self._go(LAST)

    def _go(self, at: datetime) -> None:
        undelivered = self._clock.set(at)
        assert not undelivered, f"{undelivered} among the dead letters"
        self._now = at

    def _look(self) -> None:
        """What everybody finds in their mailbox."""
        outbox = self._shop.outbox()
        owners = {to: who for who, it in self._folk.items() for to in it.addresses.values()}
        for message in outbox[self._seen :]:
            if (who := owners.get(message["to"])) and (found := LINK.search(message["body"])):
                purpose = "transactional" if RECEIPT in message["body"] else "marketing"
                self._links[who] = message["channel"], purpose, found[0]
        self._seen = len(outbox)

    # What the shop asks for.

    def _wave(self, many: int) -> list[tuple[str, Demand]]:
        """Offers for fans and others, some two at once; and receipts for those who sleep."""
        random, here = self._random, sorted(self._ids)
        fans = [who for who in self._fans if who in self._ids]
        chosen = {*random.sample(fans, min(len(fans), many // 2)), *random.sample(here, many - many // 2)}
        offers = [(who, self._offer(who)) for who in sorted(chosen) for _ in range(random.choice((1, 1, 1, 2)))]
        asleep = [who for who in here if self._now.astimezone(ZoneInfo(self._folk[who].zone)).hour in ASLEEP]
        receipts = random.sample(asleep, min(len(asleep), many // 4))
        return offers + [(who, self._offer(who)._replace(purpose="transactional", topic=None)) for who in receipts]

    def _offer(self, who: str) -> Demand:
        random = self._random
        channels = random.choice((("email", "sms"), ("email", "sms"), ("sms", "email"), ("email",), ("sms",)))
        demand = Demand(self._campaigns[self._now.month % len(self._campaigns)], channels)
        match random.randrange(8):
            case 0 | 1:
                return demand._replace(topic=random.choice(TOPICS))
            case 2:
                return demand._replace(unless_ordered=True)
            case 3 if self._offers[who]:
                offer = random.choice(self._offers[who])
                return demand._replace(told=offer, campaign=offer.campaign)
        return demand

    def _ask_for(self, wave: Sequence[tuple[str, Demand]]) -> None:
        """All at once, two for the same person too. Of some it is asked first what would become of them; some are asked
        for again under their key, as by a client that heard no answer.
        """
        alone = {who for who, count in Counter(who for who, _ in wave).items() if count == 1}
        asked = [
            (who, demand, who in alone and self._random.random() < 0.3, self._random.random() < 0.2)
            for who, demand in wave
        ]
        with ThreadPoolExecutor(TILLS) as tills:
            for (who, demand), done in zip(wave, tills.map(lambda it: self._deliver(*it), asked), strict=True):
                self._note(who, demand, done)

    def _deliver(self, who: str, demand: Demand, foresee: bool, repeat: bool) -> Json:
        offer = demand.told
        said = {
            "customer": {"source_id": who},
            "templates": {channel: self._templates[demand.purpose][channel] for channel in demand.channels},
            "purpose": demand.purpose,
            "unless_ordered": demand.unless_ordered,
            **({"publication": offer.publication} if offer else {"campaign": {"id": demand.campaign}}),
            **({"topic": demand.topic} if demand.topic else {}),
        }
        key = fresh("ask") if repeat else None
        foreseen = ok(self._shop.ask("POST", "deliveries", {**said, "dry_run": True})) if foresee else None
        done = ok(self._shop.ask("POST", "deliveries", said, key=key))
        if foreseen:
            told = [(it["status"], it["channel"], it.get("reason"), it.get("until")) for it in (foreseen, done)]
            assert told[0] == told[1], f"{who}: what was foreseen did not come: {told}"
        if repeat:
            again = ok(self._shop.ask("POST", "deliveries", said, key=key))
            assert again == done, f"{who}: asked again, {again} instead of {done}"
        return done

    def _note(self, who: str, demand: Demand, done: Json) -> None:
        if done["status"] == "SENT":
            its = demand.campaign, done["publication"]["id"], done["voucher"]["code"], done["id"], done["channel"]
            self._offers[who].append(Offer(*its))
        elif done["status"] == "DEFERRED":
            self._waiting[who].append(demand)
        told = demand.told.code if demand.told else None
        asked = {"unless_ordered": demand.unless_ordered, "code": told, "delivery": done["id"]}
        self.wanted.append(
            Wanted(self._now, who, demand.campaign, demand.channels, demand.purpose, demand.topic, **asked)
        )

    # What people do.

    def _doing(self, many: int) -> list[tuple[Does, str]]:
        """So many of each kind do something, each of them one thing."""
        self._back, self._away = self._away, []
        free = dict.fromkeys(self._random.sample(sorted(self._ids), len(self._ids)))
        doing: list[tuple[Does, str]] = []
        for does, share, able in self._habits():
            number = int(many * share) + (self._random.random() < many * share % 1)
            for who in [who for who in free if who in able][:number]:
                del free[who]
                doing.append((does, who))
        return doing

    def _habits(self) -> Sequence[tuple[Does, float, Collection[str]]]:
        """What people do, how many of them as a part of those who are asked for, and who can."""
        mailed = {who for who, offers in self._offers.items() if any(it.channel == "email" for it in offers)}
        have = {who for who, offers in self._offers.items() if offers}
        phones = {who for who, it in self._folk.items() if it.phone}
        waiting = [who for who, demands in self._waiting.items() if demands]
        return (
            (self._answer_what_waits, 0.3, waiting),
            (self._order, 0.2, [who for who in waiting if any(it.unless_ordered for it in self._waiting[who])]),
            (self._redeem, 0.1, waiting),
            (self._say_no, 0.1, waiting),
            (self._answer, 0.2, have),
            (self._redeem, 0.2, have),
            (self._order, 0.1, self._ids),
            (self._complain, 0.05, mailed),
            (self._bounce, 0.05, mailed),
            (self._bounce_for_now, 0.1, mailed),
            (self._stop, 0.1, phones - self._stopped),
            (self._start, 0.1, self._stopped),
            (self._unsubscribe, 0.3, self._links),
            (self._say_anything, 0.8, self._ids),
            (self._prefer, 0.2, self._ids),
            (self._fill_in, 0.3, self._links),
            (self._move, 0.1, self._ids),
            (self._forget, 0.1, self._ids),
        )

    def _say(self, who: str, words: Sequence[tuple[str, str, bool]]) -> Iterator[Happening]:
        if not words:
            return
        said = [
            {"channel": channel, "purpose": purpose, "granted": granted, "source": "a form"}
            for channel, purpose, granted in words
        ]
        ok(self._shop.ask("PUT", f"customers/{self._ids[who]}/consents", {"consents": said}))
        yield from (Said(self._now, who, *word) for word in words)

    def _say_anything(self, who: str) -> Iterator[Happening]:
        random = self._chance(who)
        purpose = random.choice(["marketing", "marketing", "transactional"])
        yield from self._say(who, [(random.choice(["email", "sms"]), purpose, random.random() < 0.7)])

    def _say_no(self, who: str) -> Iterator[Happening]:
        yield from self._say(who, [("email", "marketing", False), ("sms", "marketing", False)])

    def _prefer(self, who: str) -> Iterator[Happening]:
        """The shop tells what they would rather have."""
        random = self._chance(who)
        if random.random() < 0.5:
            topic, wanted = random.choice(TOPICS), random.random() < 0.4
            answer = {"about": "topic", "topic": topic, "answer": "YES" if wanted else "NO"}
            happened: Happening = Preferred(self._now, who, topic, wanted)
        else:
            answer = {"about": "frequency", "answer": random.choice(FREQUENCIES)}
            happened = Often(self._now, who, answer["answer"])
        said = {"preferences": [{**answer, "source": "a call"}]}
        ok(self._shop.ask("PUT", f"customers/{self._ids[who]}/consents", said))
        yield happened

    def _fill_in(self, who: str) -> Iterator[Happening]:
        """One thing that they change in their preference centre, sent as a browser sends it."""
        random, (_, _, link) = self._chance(who), self._links[who]
        form, boxes = form_on(self._shop.http.get(link).raise_for_status().text)
        match random.choice(("topic", "topic", "often", "often", "channel")):
            case "topic":
                topic = random.choice(TOPICS)
                yield Preferred(self._now, who, topic, wanted=tick(form, boxes[topic]))
            case "often":
                form["frequency"] = random.choice(FREQUENCIES)
                yield Often(self._now, who, form["frequency"])
            case "channel":
                channel = random.choice(sorted(self._folk[who].addresses))
                yield Said(self._now, who, channel, "marketing", granted=tick(form, channel))
        self._shop.http.post(link, data=form).raise_for_status()

    def _answer_what_waits(self, who: str) -> Iterator[Happening]:
        """On the phone they are told the same offer, and say yes or no to it."""
        demand = self._waiting[who][-1]
        offer = demand.told or self._told_by_phone(who, demand.campaign)
        yield from self._respond(who, offer)

    def _told_by_phone(self, who: str, campaign: str) -> Offer:
        said = {"campaign": {"id": campaign}, "customer": {"source_id": who}, "channel": "phone"}
        told = ok(self._shop.ask("POST", "publications", said))
        offer = Offer(campaign, told["id"], told["voucher"]["code"])
        self._offers[who].append(offer)
        return offer

    def _answer(self, who: str) -> Iterator[Happening]:
        yield from self._respond(who, self._chance(who).choice(self._offers[who]))

    def _respond(self, who: str, offer: Offer) -> Iterator[Happening]:
        word = self._chance(who).choice(("ACCEPTED", "DECLINED"))
        said = {"response": word, "channel": "phone"}
        ok(self._shop.ask("POST", f"publications/{offer.publication}/responses", said))
        yield Answered(self._now, who, offer.campaign, offer.code, word)

    def _redeem(self, who: str) -> Iterator[Happening]:
        """What waits is redeemed where its code is known; else any other is."""
        waiting = [it.told for it in self._waiting[who] if it.told]
        if offer := next(iter([*waiting, *self._offers[who]]), None):
            redeemed = self._shop.redeem(offer.code, customer={"source_id": who})
            if redeemed.is_success:  # else it was before
                yield Answered(self._now, who, offer.campaign, offer.code, "REDEEMED")
                yield Ordered(self._now, who)

    def _order(self, who: str) -> Iterator[Happening]:
        self._shop.order(status="PAID", amount=1_000, customer={"source_id": who})
        yield Ordered(self._now, who)

    def _complain(self, who: str) -> Iterator[Happening]:
        yield from self._come_back(who, "complaint")
        yield Said(self._now, who, "email", "marketing", granted=False)

    def _bounce(self, who: str) -> Iterator[Happening]:
        yield from self._come_back(who, "bounce")

    def _bounce_for_now(self, who: str) -> Iterator[Happening]:
        """A mailbox is full: that says nothing."""
        self._feed_back(who, "transient_bounce")
        yield from ()

    def _come_back(self, who: str, event: str) -> Iterator[Happening]:
        self._feed_back(who, event)
        address = self._folk[who].email
        assert address
        yield Closed(self._now, "email", address)

    def _feed_back(self, who: str, event: str) -> None:
        mail = next(it for it in reversed(self._offers[who]) if it.channel == "email")
        self._play({"delivery_id": mail.delivery, "event": event})

    def _stop(self, who: str) -> Iterator[Happening]:
        yield Closed(self._now, "sms", self._text(who, self._chance(who).choice(("Stop. Thank you", "STOP", "stop!"))))

    def _start(self, who: str) -> Iterator[Happening]:
        yield Opened(self._now, "sms", self._text(who, "START"))

    def _text(self, who: str, said: str) -> str:
        number = self._folk[who].phone
        assert number
        self._play({"sms": {"from": number, "text": said}})
        (self._stopped.discard if said == "START" else self._stopped.add)(who)
        return number

    def _play(self, event: Json) -> None:
        assert ok(self._shop.http.post("/local/feedback", json=event)) == {"heeded": True}

    def _unsubscribe(self, who: str) -> Iterator[Happening]:
        """By the link in the latest message; to look at its page ends nothing."""
        if who in self._links:
            channel, purpose, link = self._links.pop(who)
            self._shop.http.get(link).raise_for_status()
            self._shop.http.post(link, data={"List-Unsubscribe": "One-Click"}).raise_for_status()
            yield Said(self._now, who, channel, purpose, granted=False)

    def _move(self, who: str) -> Iterator[Happening]:
        """Not within a week of an occasion, for then there would be two hours at which it comes."""
        it, zone = self._folk[who], self._chance(who).choice(["Asia/Tokyo", "America/New_York", "Africa/Cairo"])
        around = {self._now.date() + timedelta(days=days) for days in range(-4, 5)}
        if it.zone != IRELAND and not {(day.month, day.day) for day in around} & {
            (it.born.month, it.born.day),
            *((2, 28), (2, 29), (6, 9), (6, 10), (6, 11)),
        }:
            self._shop.customer(who, time_zone=zone)
            self._folk[who] = it._replace(zone=zone)
            yield Moved(self._now, who, zone)

    def _forget(self, who: str) -> Iterator[Happening]:
        assert self._shop.ask("DELETE", f"customers/{self._ids.pop(who)}").status_code == 204
        self._away.append(who)
        self._offers[who].clear()
        yield Forgotten(self._now, who)

    def _import(self) -> None:
        """Those who were forgotten a week ago come again, by a file that knows nothing of what they said; so do some
        who never left.
        """
        names, self._back = self._back, []
        stay = self._random.sample(sorted(self._ids), 2)
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(["Source_id", "Email", "Phone", "Birthdate", "Time_zone", "Address_country"])
        for who in (*names, *stay):
            it = self._folk[who]
            country = "IE" if it.zone == IRELAND else ""
            writer.writerow([who, it.email or "", it.phone or "", it.born.isoformat(), it.zone, country])
        sent = {"file": ("people.csv", file.getvalue().encode(), "text/csv")}
        promise = ok(self._shop.http.post("/v1/customers/importCSV", files=sent))
        assert self._shop.await_action(promise["async_action_id"])["result"]["failed_count"] == 0
        for who in names:
            self._ids[who] = self._shop.get(f"customers/{who}")["id"]
            it = self._folk[who]
            self.log.append(Entered(self._now, who, self._ids[who], it.zone, it.addresses))

    def _chance(self, who: str) -> Random:
        """One's own, so that it does not matter who is faster."""
        return Random(f"{who} {self._now}")

    def _at_once(self, does: Callable[[Any], Iterator[Happening]], inputs: Iterable[Any]) -> None:
        with ThreadPoolExecutor(TILLS) as tills:
            for happened in tills.map(lambda it: list(does(it)), list(inputs)):
                self.log += happened


def form_on(page: str) -> tuple[dict[str, str], dict[str, str]]:
    """What a browser would send of a page's form as it stands, and what its boxes are called, by their labels."""
    form, boxes = {}, {}
    for tag, label in INPUT.findall(page):
        its = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if its["type"] == "checkbox":
            boxes[label.strip()] = its["name"]
        if its["type"] in ("hidden", "date") or tag.endswith(" checked"):
            form[its["name"]] = its.get("value", "on" if its["type"] == "checkbox" else "")
    return form, boxes


def tick(form: dict[str, str], box: str) -> bool:
    """Tick a box, or take its tick away; whether it is ticked now."""
    if form.pop(box, None) is None:
        form[box] = "on"
    return box in form


def due(log: Sequence[Happening], folk: Mapping[str, Somebody], schedules: Mapping[str, Json]) -> Iterator[Wanted]:
    """Whatever the calendar owes: each occasion at its hour where somebody lives then, if they are a customer then."""
    lives = defaultdict[str, list[tuple[datetime, str | None]]](list)
    for it in log:
        if isinstance(it, Entered | Moved | Forgotten):
            lives[it.who].append((it.at, None if isinstance(it, Forgotten) else it.zone))
    for name, day in DAYS.items():
        schedule, wall = schedules[name], time.fromisoformat(day.send_at)
        for who, somebody in folk.items():
            for date_ in celebrated(day.occasion, somebody):
                for zone in {zone for _, zone in lives[who] if zone}:
                    at = datetime.combine(date_, wall, ZoneInfo(zone)).astimezone(UTC)
                    now = next((home for since, home in reversed(lives[who]) if since < at), None)
                    if now == zone and FIRST < at <= LAST:
                        its = {"topic": day.topic, "schedule": schedule["id"], "day": date_.isoformat()}
                        yield Wanted(at, who, schedule["campaign"]["id"], day.channels, **its)


def celebrated(occasion: Json, somebody: Somebody) -> Iterator[date]:
    """The days of the year and the next on which somebody celebrates."""
    for year in (FIRST.year, LAST.year):
        match occasion["type"]:
            case "BIRTHDAY" if (somebody.born.month, somebody.born.day) == (2, 29):
                yield date(year, 2, 28)  # neither of the two is a leap year
            case "BIRTHDAY":
                yield somebody.born.replace(year=year)
            case "HOLIDAY" if somebody.zone == IRELAND:
                yield date(year, 3, 17)
            case "DAY":
                yield date(year, occasion["month"], occasion["day"])


def lived(folk: Mapping[str, Somebody], *, every: timedelta, many: int) -> Year:
    """The year at a service; so many messages are asked for each time."""
    with running() as service, Shop(service.url, SANDBOX) as shop, Clock(service.url) as clock:
        clock.set(FIRST)
        town = Town(shop, clock, folk)
        town.settle()
        town.enter_all()
        waves = [FIRST + every * number for number in range(int((LAST - QUIET_END - FIRST) / every))]
        town.live(waves, many)
        wanted = [*town.wanted, *due(town.log, folk, town.schedules)]
        return Year(town.log, wanted, [*ledger(shop)], shop.outbox())


def told(year: Year, count: int, faults: Iterable[Fault]) -> str:
    """The year in one line."""
    kinds = Counter(it.kind for it in faults)
    found = " ".join(f"{kind} {kinds[kind]}" for kind in KINDS)
    return f"customers {count} messages {len(year.outbox)} {found} ledger {dict(tallied(year.ledger))}"


def tallied(entries: Iterable[Json]) -> Counter[str]:
    """How many entries have which status; of those that were dropped, which reason."""
    return Counter(" ".join(filter(None, (it["status"], it.get("reason")))) for it in entries)


def main() -> int:
    count = 1_000
    year = lived(people(count), every=timedelta(weeks=1), many=20)
    faults = year.faults()
    for fault in faults[:20]:
        sys.stderr.write(f"{fault}\n")
    sys.stdout.write(f"{told(year, count, faults)}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
