"""The post: messages that are due, on their way to SES and SNS, and in whose name they leave."""

from email.utils import parseaddr
from math import inf

from aws_cdk import ArnFormat, CfnOutput, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ses as ses
from constructs import Construct

from infra.names import name
from infra.work import Work

LONGEST_ROUND = Duration.minutes(3)
"""How long a worker may go on with one message, which names ten deliveries at most."""

ATTEMPTS = 10
"""More than other work has: each time SES asks for patience, a message comes back."""

CARRIERS = 2
"""Workers at once, unless the context says otherwise (``-c carriers=20``), Lambda's least. Each has one message under
way at a time and needs a tenth of a second or two for it, so two come near ``MAIL_RATE``; whoever is allowed more wants
more of them, too.
"""

MAIL_RATE, TEXT_RATE = 14, 20
"""Recipients a second, unless the context says otherwise (``-c mail_rate=200 -c text_rate=30``): what SES allows an
account which has just left its sandbox, and what SNS allows one in most regions. This is the pace, however many workers
there are: each takes its turn at one mark in the table. One that is told to be slower all the same is patient, and
nothing is lost. At 0 nobody is counted.
"""


class Post(Work):
    """A message names whose turn it is, ten at most."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_, what="post", longest=LONGEST_ROUND, attempts=ATTEMPTS)
        self.carriers = int(self.node.try_get_context("carriers") or CARRIERS)
        self.rates = {"MAIL_RATE": self._rate("mail_rate", MAIL_RATE), "TEXT_RATE": self._rate("text_rate", TEXT_RATE)}

    def _rate(self, said: str, otherwise: int) -> str:
        told = self.node.try_get_context(said)
        rate = float(otherwise if told is None else told)
        if not 0 <= rate < inf:
            raise ValueError(f"{said} is no number of recipients a second: {told}")
        return f"{rate:g}"


class Sender(Construct):
    """Who the mails are from, and the rules under which SES takes them.

    The sender is told by the context, ``-c sender="Shop <offers@example.com>"``. Its domain becomes an identity of the
    account, with keys that sign the mails: the outputs tell which records the domain's DNS must have for it. A domain
    or an address that is an identity already stays as it is with ``-c sender_identity=existing``. Without a sender the
    stack stands, and each e-mail that is due fails as ``no_sender``.
    """

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.address = str(self.node.try_get_context("sender") or "")
        self.rules = ses.ConfigurationSet(
            self,
            "Rules",
            configuration_set_name=name(self),
            # A mail carries a code, which is worth money: rather not delivered than read on the way.
            tls_policy=ses.ConfigurationSetTlsPolicy.REQUIRE,
            reputation_metrics=True,
            # Whoever bounced or complained is not written to again, whatever the account's own setting is.
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        )
        self._domain = _domain_of(self.address) if self.address else None
        if self._domain and self.node.try_get_context("sender_identity") != "existing":
            self._prove(self._domain)

    def _prove(self, domain: str) -> None:
        """Make the domain an identity: its mails are signed, without which large providers refuse bulk mail."""
        identity = ses.EmailIdentity(self, "Identity", identity=ses.Identity.domain(domain))
        for number, record in enumerate(identity.dkim_records, start=1):
            CfnOutput(
                Stack.of(self),
                f"SenderRecord{number}",
                value=f"{record.name} CNAME {record.value}",
                description=f"Wanted in the DNS of {domain}, so that mails can leave in its name",
            )

    def let_send(self, grantee: iam.IGrantable) -> None:
        """Allow to send e-mails from this sender by these rules, and texts to phones."""
        if self._domain:
            _, address = parseaddr(self.address)
            iam.Grant.add_to_principal(
                grantee=grantee,
                actions=["ses:SendEmail"],
                resource_arns=[
                    # SES asks for the address where that is an identity of its own, else for the domain.
                    self._arn("identity", self._domain),
                    self._arn("identity", address),
                    self._arn("configuration-set", self.rules.configuration_set_name),
                ],
            )
        # A phone number has no ARN to be bound to; what has one are topics, and to none of them may it publish.
        grantee.grant_principal.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                not_resources=[Stack.of(self).format_arn(service="sns", region="*", account="*", resource="*")],
            )
        )

    def rate(self, of: str) -> cloudwatch.Metric:
        """The share of mails that came back (``Bounce``) or were called a nuisance (``Complaint``), as SES has it."""
        return cloudwatch.Metric(
            namespace="AWS/SES",
            metric_name=f"Reputation.{of}Rate",
            dimensions_map={"ses:configuration-set": self.rules.configuration_set_name},
            statistic="Maximum",
            period=Duration.hours(1),
        )

    def _arn(self, kind: str, named: str) -> str:
        return Stack.of(self).format_arn(
            service="ses", resource=kind, resource_name=named, arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )


def _domain_of(sender: str) -> str:
    _, address = parseaddr(sender)
    user, at, domain = address.partition("@")
    if not (user and at and "." in domain and address.isascii()):
        raise ValueError(f'the sender is not an address, as in "Shop <offers@example.com>": {sender}')
    return domain.lower()
