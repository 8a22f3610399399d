"""A stop is a stop however it is written, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.post.stops import COURTESIES, STARTS, STOPS, STOPS_ALONE, wish_of

CASES = {
    "stop": [
        *(
            "STOP",
            "stop",
            "Stop.",
            "STOP!",
            "Stop!!!",
            " stop ",
            "«Stop»",
            "*STOP*",
            "#stop",
            "S T O P",
            "s.t.o.p",
            "ST0P",
        ),
        *(
            "stopp",
            "STOPP",
            "stoooop",
            "Stopp!",
            "ｓｔｏｐ",
            "STOP\u200b",
            "Stop \U0001f64f",
            "\U0001f621 STOP \U0001f621",
        ),
        *("Stop. Thank you", "Stop, thanks", "stop please", "Please stop", "PLS STOP", "Hi, please stop. Thanks!"),
        *("Stop sending me these", "Please stop sending me messages!", "stop texting me", "STOP 12345", "stop all"),
        *("I want to stop", "I'd like to unsubscribe please", "Can you please stop", "no stop", "Yes, stop", "ok stop"),
        *("STOPALL", "Unsubscribe", "unsubscribe me", "UNSUB", "opt out", "Opt-Out", "OPTOUT"),
        *("end", "END.", "quit", "Quit please", "cancel", "Cancel, thank you", "remove me", "TD", "halt"),
        *("ARRET", "Arrêt", "arrêter svp", "STOP svp", "Stop, merci", "fin"),
        *("Stopp bitte", "Abmelden", "abbestellen danke", "Ende"),
        *("baja", "BAJA por favor", "Baja, gracias", "desuscribirme"),
        *("DUR", "dur lütfen", "İPTAL", "iptal", "ret", "RET"),
        *("afmelden", "Basta!", "Annulla", "SAIR", "sluta", "Lopeta", "Stad", "стоп", "ΣΤΟΠ"),
    ],
    "start": ["START", "start", "Start!", "start please", "Please start again", "UNSTOP", "unstop.", "Unstop, thanks"],
    None: [
        *(
            "please don't stop",
            "Don’t stop",
            "dont stop!",
            "Please do not stop",
            "never stop",
            "can't stop, won't stop",
        ),
        *("non-stop", "Non stop fun", "nonstop", "bus stop", "the stop", "stopover", "stopped", "shop", "stops"),
        *("I would like to stop by tomorrow", "Can I stop by?", "stop by"),
        *("Cancel my order", "End of March is fine", "Quit smoking offers?", "Remove the blue one", "fin de semana?"),
        *("Baja California", "what a weekend", "the end", "Ende gut, alles gut", "no", "yes", "ok", "thank you", "me"),
        *("start the day well", "restart", "Where does it start?", "", "   ", "\U0001f600", "?", "12345", "0"),
    ],
}


@pytest.mark.parametrize(("text", "wish"), [(text, wish) for wish, texts in CASES.items() for text in texts])
def test_what_somebody_means_who_answers(text: str, wish: str | None) -> None:
    assert wish_of(text) == wish


def test_no_word_means_two_things() -> None:
    kinds = (STOPS, STOPS_ALONE, STARTS, COURTESIES)
    assert len(frozenset().union(*kinds)) == sum(map(len, kinds))


@given(word=st.sampled_from(sorted(STOPS)), after=st.text())
def test_whatever_follows_a_stop_it_is_one(word: str, after: str) -> None:
    assert wish_of(f"{word.upper()}! No more {after}") == "stop"


@given(st.text())
def test_any_text_has_one_meaning_or_none(text: str) -> None:
    assert wish_of(text) in {"stop", "start", None}
    assert wish_of(f"not {text}") != "start"
