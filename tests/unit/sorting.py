"""A post office over any stores, each verb in one line: ``office.deliver("ann")``."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from shared.domain.calendar.schedules import Birthday, Schedule
from shared.domain.customers import Customer, Profile
from shared.domain.post.consents import Consent, Consents
from shared.domain.post.contact_policy import ContactPolicy
from shared.domain.post.deliveries import Asked, Delivery, Due, Message, OnDemand, delivery_id
from shared.domain.post.templates import MessageTemplate
from shared.storage.customer_items import customer_id
from shared.usecases.deliver import Letter, Means, deliver, deliver_waiting
from shared.usecases.send import send
from tests.fake_post import FakeChannel, FakePost
from tests.fakes import Memory, in_memory
from tests.unit.till import Till
from tests.unit.values import AT, PROJECT, counting, numbering

BIRTHDAY = date(2026, 3, 17)
MAKING = datetime(2026, 1, 1, tzinfo=UTC)
DAYTIME = ContactPolicy(quiet_hours=None)


def written(letter: Letter) -> Message:
    """Words of no consequence, with the code in them."""
    channel = letter.delivery.channel
    assert channel
    return Message(channel, letter.to, "For you", letter.voucher.code)


class Unhurried:
    """A pace at which it is always a message's turn."""

    def wait(self, channel: str) -> None: ...


class Office:
    """One project's post at eight in the morning of somebody's birthday; everybody allows e-mail and SMS."""

    def __init__(self, project: str = PROJECT) -> None:
        self.project = project
        self.open()
        self.email, self.sms = FakeChannel(), FakeChannel()
        self.pace = Unhurried()
        self.write = written
        self.till.campaign(type="AUTO_UPDATE")
        self.schedule()
        for channel in ("email", "sms"):
            template = MessageTemplate(
                id=f"tmpl_{channel}", name="Wishes", channel=channel, body="{{ voucher.code }}", created_at=MAKING
            )
            self.keep("message_template", template.id, thing=template)

    def open(self) -> None:
        """Over which stores it is."""
        self.memory = Memory()
        self.till = Till(in_memory(self.project, self.memory))
        self.post: Any = FakePost(self.memory, self.project)

    def keep(self, *spot: str, thing: object) -> None:
        with self.memory.commit() as draft:
            draft.things[self.project, *spot] = thing

    def schedule(self, id_: str = "sch_1", **fields: Any) -> Schedule:
        """A schedule that is on: birthdays, by e-mail."""
        known = {
            "name": "Wishes",
            "campaign_id": "camp_1",
            "occasion": Birthday(),
            "channels": ("email",),
            "templates": {"email": "tmpl_email", "sms": "tmpl_sms"},
            "send_at": "08:00",
            "active": True,
            "active_since": MAKING,
            "created_at": MAKING,
        }
        made = Schedule(**{"id": id_, **known, **fields})
        self.keep("schedule", id_, thing=made)
        return made

    def customer(self, name: str = "ann", *, allows: Sequence[str] = ("email", "sms"), **said: Any) -> str:
        """The id of somebody whose birthday it is."""
        its = {"email": f"{name}@example.com", "phone": "+353850000000", "birthdate": "1990-03-17", **said}
        profile = Profile(source_id=name, **its)
        id_ = customer_id(self.project, profile)
        assert id_
        self.keep("customer", id_, thing=Customer.new(id_, profile, at=MAKING))
        words = tuple(Consent(channel=it, granted=True, source="a form", at=MAKING) for it in allows)
        self.keep("consents", id_, thing=Consents(customer_id=id_, current=words, version=1))
        return id_

    def change(self, kind: str, name: str, **fields: Any) -> None:
        known = self.memory.get(self.project, kind, name)
        fields = {**fields, "version": known.version + 1} if hasattr(known, "version") else fields
        self.keep(kind, name, thing=known.model_copy(update=fields))

    def policy(self, **fields: Any) -> None:
        self.keep("contact_policy", thing=ContactPolicy(**{"quiet_hours": None, **fields}))

    def due(self, name: str = "ann", *, schedule: str = "sch_1", day: date = BIRTHDAY, ran: datetime = AT) -> Due:
        id_ = customer_id(self.project, Profile(source_id=name))
        assert id_
        return Due(schedule, id_, day, ran)

    @property
    def means(self) -> Means:
        carriers = {"email": self.email, "sms": self.sms}
        return Means(self.post, carriers, self.pace, self._write, counting(), numbering())  # type: ignore[arg-type]

    def _write(self, letter: Letter) -> Message:
        return self.write(letter)

    def deliver(self, name: str = "ann", *, at: datetime = AT, **of: Any) -> Delivery | None:
        return deliver(self.due(name, **of), self.means, at=at)

    def deliver_waiting(self, name: str = "ann", *, at: datetime, **of: Any) -> Delivery | None:
        return deliver_waiting(delivery_id(self.project, self.due(name, **of)), self.means, at=at)

    def demand(self, name: str = "ann", *, id_: str = "dlv_1", at: datetime = AT, **said: Any) -> OnDemand:
        """What is asked for: by e-mail, a code of the campaign."""
        known: dict[str, Any] = {"channels": ("email",), "templates": {"email": "tmpl_email", "sms": "tmpl_sms"}}
        known |= {} if "publication_id" in said else {"campaign_id": "camp_1"}
        return OnDemand(id_, self.due(name).customer_id, Asked(**{**known, **said}), at)

    def send(self, cause: OnDemand | None = None, *, at: datetime = AT, again: bool = True) -> Delivery:
        return send(cause or self.demand(), self.means, at=at, again=again)

    def entry(self, name: str = "ann", **of: Any) -> Delivery | None:
        found: Delivery | None = self.post.find(delivery_id(self.project, self.due(name, **of)))
        return found

    @property
    def status(self) -> tuple[str, str | None]:
        """Ann's entry: its status, and the reason."""
        entry = self.entry()
        assert entry
        return entry.status, entry.reason

    @property
    def publications(self) -> list[Any]:
        return self.memory.all(self.project, "publication")

    @property
    def ledger(self) -> list[Delivery]:
        return self.memory.all(self.project, "delivery")

    @property
    def counters(self) -> dict[str, int]:
        """What all runs have come to."""
        runs: list[Counter[str]] = self.memory.all(self.project, "run")
        total = Counter[str]()
        for run in runs:
            total.update(run)
        return {word: number for word, number in total.items() if number}
