"""How files name sports and surfaces, in planning's words."""

from planning.activity import Sport, Surface

ON_FOOT = frozenset({Sport.RUN, Sport.WALK})

# FIT enumerations `sport`, `activity_type` and `sub_sport` (FIT profile 21.218).
FIT_SPORTS = {
    1: Sport.RUN,
    2: Sport.RIDE,
    5: Sport.SWIM,
    11: Sport.WALK,
    17: Sport.WALK,  # hiking
    21: Sport.RIDE,  # e-bike
}
FIT_TRANSITION = 3
FIT_ACTIVITY_TYPES = {1: 1, 2: 2, 3: 3, 5: 5, 6: 11}  # activity_type -> sport
FIT_INDOOR_SPORTS = {  # fitness equipment and training say what they are in `sub_sport`
    1: Sport.RUN,  # treadmill
    5: Sport.RIDE,  # spin
    6: Sport.RIDE,  # indoor cycling
    20: Sport.STRENGTH,
    27: Sport.WALK,  # indoor walking
    45: Sport.RUN,  # indoor running
}
FIT_SURFACES = {
    1: Surface.TREADMILL,
    3: Surface.TRAIL,
    4: Surface.TRACK,
    45: Surface.TREADMILL,  # indoor running: no satellite sees it either
    58: Surface.VIRTUAL,
    59: Surface.TRAIL,  # obstacle
}

# Words of TCX, GPX and logs, in lower case, with Strava's old GPX numbers.
_SPORT_WORDS = {
    Sport.RUN: ("run", "jog", "treadmill", "laufen", "course à pied"),
    Sport.RIDE: ("ride", "bik", "cycl", "velo", "rad"),
    Sport.SWIM: ("swim", "schwimm", "natation"),
    Sport.WALK: ("walk", "hik", "wander"),
    Sport.STRENGTH: ("strength", "weight"),
}
_SPORT_NUMBERS = {"9": Sport.RUN, "1": Sport.RIDE, "10": Sport.WALK, "4": Sport.WALK}
_SURFACE_WORDS = {
    "treadmill": Surface.TREADMILL,
    "indoor": Surface.TREADMILL,
    "virtual": Surface.VIRTUAL,
    "trail": Surface.TRAIL,
    "track": Surface.TRACK,
}


def sport_of_word(word: str) -> Sport | None:
    """None: the word says nothing about a sport."""
    told = word.strip().lower()
    if told in _SPORT_NUMBERS:
        return _SPORT_NUMBERS[told]
    return next(
        (sport for sport, parts in _SPORT_WORDS.items() if any(part in told for part in parts)),
        None,
    )


def surface_of_word(word: str) -> Surface:
    told = word.strip().lower()
    return next((s for part, s in _SURFACE_WORDS.items() if part in told), Surface.ROAD)
