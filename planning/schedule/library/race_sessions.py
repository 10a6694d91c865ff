"""Tests and races."""

from planning.schedule.library import whom
from planning.schedule.library.session import Evidence, Plain, Session, Theme, Trial, When
from planning.workout import Kind

PACING = (
    "rule G-2: who began a marathon above 94 % of critical speed slowed by a quarter more often "
    "(Smyth & Muniz-Pumares 2020, over 25,000 runners)"
)
RESTED = "Rested legs and a quiet flat course; warm up as before a race."
STOP = "an easy run: the test can wait"

TESTS = (
    Session(
        "test-3k",
        Theme.TEST,
        Kind.TEST,
        "3 km for time",
        "Shows where you are, and makes the forecast surer than any ordinary run does.",
        Trial(3_000),
        When(whom.SHORT, whom.BASE_BUILD),
        "in a lighter week, where no race has been for a month",
        "two-sided evidence of ability: see the model",
        Evidence.D,
        STOP,
        RESTED,
    ),
    Session(
        "test-5k",
        Theme.TEST,
        Kind.TEST,
        "5 km for time",
        "Shows where you are, and makes the forecast surer than any ordinary run does.",
        Trial(5_000),
        When(whom.FAR, whom.BASE_BUILD),
        "in a lighter week, where no race has been for a month",
        "two-sided evidence of ability: see the model",
        Evidence.D,
        STOP,
        RESTED,
    ),
)

RACES = (
    Session(
        "race-short",
        Theme.RACE,
        Kind.RACE,
        "Race up to 10 km",
        "The day itself.",
        Plain(),
        When(whom.EVERYBODY, whom.ALWAYS),
        "",
        PACING,
        Evidence.C,
        "start a little slower than feels right",
        "Warm up for 15 min with four strides. The first fifth should feel too easy.",
    ),
    Session(
        "race-far",
        Theme.RACE,
        Kind.RACE,
        "Half marathon or marathon",
        "The day itself.",
        Plain(),
        When(whom.EVERYBODY, whom.ALWAYS),
        "",
        PACING,
        Evidence.C,
        "start a little slower than feels right",
        "Nothing new today: shoes, breakfast and gels as in the long runs.",
    ),
    Session(
        "race-finish",
        Theme.RACE,
        Kind.RACE,
        "Race to finish",
        "The day itself: to get through it well.",
        Plain(),
        When(whom.WALKERS, whom.ALWAYS),
        "",
        "Hottenrott 2016 (n 42, first marathon); rule G-2",
        Evidence.B,
        "walk a minute in every five",
        "Walking breaks from the start, a minute in ten, cost next to no time and spare the legs.",
    ),
    Session(
        "race-ultra",
        Theme.RACE,
        Kind.RACE,
        "Ultra or mountain race",
        "The day itself: patience, food and drink.",
        Plain(),
        When(whom.HILLY, whom.ALWAYS),
        "",
        "practice; critical speed falls by 1 to 31 % in two hours (Hunter 2025): no pace is sure",
        Evidence.D,
        "hike more, earlier",
        "Hike the climbs from the first one on. Eat from the first half hour. At stations no haste "
        "and no long stops.",
    ),
)
