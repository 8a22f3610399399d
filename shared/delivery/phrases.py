"""What Bonbon itself says to customers, in each language in which it knows how to call somebody without a name."""

from typing import NamedTuple


class Phrases(NamedTuple):
    """The words of one language."""

    unsubscribe: str
    preferences: str
    why_this_message: str


PHRASES = {
    "de": Phrases("Abmelden", "Einstellungen", "Warum erhalte ich diese Nachricht?"),
    "en": Phrases("Unsubscribe", "Preferences", "Why did I get this message?"),
    "es": Phrases("Darse de baja", "Preferencias", "¿Por qué he recibido este mensaje?"),
    "fi": Phrases("Peru tilaus", "Asetukset", "Miksi sain tämän viestin?"),
    "fr": Phrases("Se désabonner", "Préférences", "Pourquoi ai-je reçu ce message ?"),
    "ga": Phrases("Díliostáil", "Roghanna", "Cén fáth a bhfuair mé an teachtaireacht seo?"),
    "it": Phrases("Annulla l'iscrizione", "Preferenze", "Perché ho ricevuto questo messaggio?"),
    "nl": Phrases("Afmelden", "Voorkeuren", "Waarom heb ik dit bericht gekregen?"),
    "pt": Phrases("Cancelar a subscrição", "Preferências", "Porque recebi esta mensagem?"),
    "sv": Phrases("Avregistrera", "Inställningar", "Varför fick jag det här meddelandet?"),
    "tr": Phrases("Abonelikten çık", "Tercihler", "Bu mesajı neden aldım?"),
}


def phrases_of(language: str | None) -> Phrases:
    """The words of a language, by its tag; in one that is not here, English.

    >>> phrases_of("de-AT").unsubscribe, phrases_of("pt_BR").preferences, phrases_of(None).preferences
    ('Abmelden', 'Preferências', 'Preferences')
    """
    return PHRASES[spoken(language) or "en"]


def spoken(tag: str | None) -> str | None:
    """The language of a tag, if there are words of it here.

    >>> spoken("en-IE"), spoken("ja"), spoken(None)
    ('en', None, None)
    """
    language = (tag or "").replace("_", "-").partition("-")[0].lower()
    return language if language in PHRASES else None
