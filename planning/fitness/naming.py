"""Names that say that a run was a race, in the languages that runners name them in.

What a service calls a run by itself is no race ("Morning Run", "Course à pied le matin", "Carrera
de tarde", "Corrida", "Lauf"), nor is training for one.
"""

import re
import unicodedata

_RACES = (
    r"race|parkrun|competition|championships?",
    r"wettkampf|wettlauf|volkslauf|stadtlauf|silvesterlauf|meisterschaft(?:en)?",
    r"compétition|competición|competencia|competição|competizione|gara|wedstrijd",
    r"tävling|loppet|løbet|konkurranse|kilpailu|zawody|závod|verseny|забег|соревнования?",
)
_MARATHONS = r"\w*(?:marat[hó]?on|maratón|maratona|maraton|марафон)\w*"
_UNSPACED = ("レース", "大会", "比赛", "比賽", "竞赛")  # written without spaces between words
_UNSPACED_MARATHONS = ("马拉松", "馬拉松", "マラソン", "半马", "全马")
_TRAINING = (
    r"prep|preparation|test|tempo|pace|easy|long|recovery|shakeout|taper|week"
    r"|not?\W(?:an?\W)?race|warm\W?up|cool\W?down|before|after|pre|post|einlaufen|auslaufen|locker"
    r"|entraînement|récup|entrenamiento|allenamento|treino|träning|trening|тренировка"
)
# Also within longer words, as in Marathonvorbereitung.
_TRAINING_WITHIN = ("training", "vorbereitung", "训练", "訓練", "練習", "热身", "恢复")
# Who names a run after a marathon ran one, or half of one; or else was on the way to one.
_LONG_RACES_M = ((20_900.0, 21_700.0), (42_000.0, 43_500.0))

_RACE = re.compile(rf"\b(?:{'|'.join(_RACES)})\b")
_MARATHON = re.compile(rf"\b{_MARATHONS}\b")
_NO_RACE = re.compile(rf"\b(?:{_TRAINING})\b")


def says_race(name: str, distance_m: float | None) -> bool:
    """Whether a name is that of a race. A marathon's counts for runs as long as one or as half."""
    # some systems write an accent as a letter of its own, some a blank as a low line
    words = unicodedata.normalize("NFC", name).casefold().replace("_", " ")
    if _NO_RACE.search(words) or any(each in words for each in _TRAINING_WITHIN):
        return False
    if _RACE.search(words) or any(each in words for each in _UNSPACED):
        return True
    if not any(low <= (distance_m or 0.0) <= high for low, high in _LONG_RACES_M):
        return False
    return bool(_MARATHON.search(words)) or any(each in words for each in _UNSPACED_MARATHONS)
