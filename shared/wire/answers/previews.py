"""How a message looks that is only shown."""

from shared.domain.post.previews import Preview, Texted
from shared.wire.answers.parts import Json, present


def preview(of: Preview) -> Json:
    message = of.message
    return present(
        channel=message.channel,
        locale=of.locale,
        language=of.language,
        subject=message.subject or None,
        text=message.text,
        html=message.html,
        to_known=bool(message.to),
        sms=of.texted and _texted(of.texted),
        object="message_preview",
    )


def _texted(of: Texted) -> Json:
    cost = of.cost and {"amount": float(of.cost.amount), "currency": of.cost.currency}
    return {"encoding": of.encoding, "characters": of.characters, "parts": of.parts, "cost": cost}
