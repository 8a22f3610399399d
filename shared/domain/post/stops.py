"""What somebody means who answers a text message: a stop is a stop however it is written.

Nobody who has had enough looks up which word a shop understands. So a message that begins with a word for it is one,
whatever follows (``Stop. Thank you``), and so is one that says it politely. A word that also means something else
(``cancel my order``, ``end of March``) has to stand alone, but for courtesies. That they want to hear more has to be
said plainly, too.
"""

import re
import unicodedata
from typing import Literal

Wish = Literal["stop", "start"]


def _plain(text: str) -> str:
    """Words as they are compared: no case, accent, apostrophe or punctuation, no letter twice in a row.

    >>> _plain("Ｓtopp!!! Don’t… ARRÊT, İPTAL; unsub-scribe")
    'stop dont aret iptal unsub scribe'
    """
    bare = "".join(
        it for it in unicodedata.normalize("NFKD", text.casefold()) if unicodedata.category(it)[0] not in "MC"
    )
    bare = re.sub(r"['’`´]", "", bare).replace("ı", "i")
    words = re.sub(r"[^\w]|_", " ", bare)
    # Who spells a word out letter by letter, or with a nought for the o, means it no less.
    words = re.sub(r"\b\w(?: \w\b)+", lambda letters: letters[0].replace(" ", ""), " ".join(words.split()))
    words = re.sub(r"(?<=[^\W\d])0(?=[^\W\d])", "o", words)
    return re.sub(r"([^\W\d])\1+", r"\1", words)


def _set(words: str) -> frozenset[str]:
    return frozenset(_plain(word) for word in words.split())


STOPS = _set(
    "stop stopall unsubscribe unsub unsuscribe optout arret arreter abmelden abbestellen afmelden desuscribir "
    "desuscribirme stad στοπ стоп"
)
"""They mean nothing else, in any language that has them."""
STOPS_ALONE = _set(
    "end quit cancel remove td halt "  # as carriers have them
    "ende schluss fin baja basta annulla parar pare sair fim sluta lopeta dur durdur iptal ret"
)
"""They mean this where they stand alone."""
STARTS = _set("start unstop")
COURTESIES = _set(
    "please pls plz kindly just now again hi hello hey dear sir madam ok okay yes no oh sorry cheers "
    "thanks thank thankyou thx ty very much you u me it this all i id want wish would like to can could we my "
    "bitte danke ja nein hallo merci svp sil vous te plait bonjour oui gracias por favor hola si grazie per favore "
    "ciao obrigado obrigada dank je tack kiitos lutfen tesekkurler go raibh maith agat"
)
"""What may stand around the word without making it another one; a ``not`` among them would."""
ELSEWHERE = _set("by")
"""What follows a stop that is a visit: ``I would like to stop by``."""


def wish_of(text: str) -> Wish | None:
    """What a message from a phone asks for; None for anything else.

    >>> wish_of("Stop. Thank you"), wish_of("please don't stop"), wish_of("UNSTOP")
    ('stop', None, 'start')
    """
    words = _plain(text).replace("opt out", "optout").split()
    if not (said := [it for it in words if it not in COURTESIES]):
        return None
    first, rest = said[0], said[1:]
    if first in STOPS and not (rest and rest[0] in ELSEWHERE):
        return "stop"
    if rest:
        return None
    if first in STOPS_ALONE:
        return "stop"
    return "start" if first in STARTS else None
