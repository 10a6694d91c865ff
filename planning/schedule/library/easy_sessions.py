"""Easy runs and long runs: what most of every week is made of."""

from planning.schedule.library import whom
from planning.schedule.library.session import (
    Evidence,
    Family,
    Level,
    Plain,
    Session,
    Theme,
    When,
)
from planning.schedule.plan import Phase
from planning.workout import Kind

EASY_SHARE = "92 sub-elite plans: 77 to 82 % of the time easy (Knopp 2024; rules I-1, I-5)"
WALKING = "rule B-1: walking breaks keep the effort easy for who is new to running"
FIRST_MARATHON = (
    "Hottenrott 2016 (n 42, first marathon: as fast with a minute's walk every 2.4 km, far fewer "
    "were exhausted); no energy is saved by it (Nolan 2020)"
)
LONG_RUN = "Fokkema 2020 (n 997: longest run over 21 km -3.9 min, under 25 km +13.4 min); rule L-1"
STRENGTH = (
    "Blagrove 2018, Berryman 2018, Eihara 2022: running economy 2 to 8 %, time trials 2 to 4 % in "
    "10 to 14 weeks of heavy loads; no claim of fewer injuries"
)
SHORTEN = "shorten it, walk, or leave it out"
NO_PACE = "three quarters of it, without any pace"
MARATHONS = frozenset({Family.MARATHON, Family.FINISH, Family.ULTRA})

EASY = (
    Session(
        "easy",
        Theme.EASY,
        Kind.EASY,
        "Easy run",
        "Builds the aerobic base at a cost you can repeat tomorrow.",
        Plain(),
        When(whom.EVERYBODY, whom.ALWAYS),
        "as the week grows",
        EASY_SHARE,
        Evidence.D,
        SHORTEN,
    ),
    Session(
        "recovery",
        Theme.EASY,
        Kind.EASY,
        "Recovery run",
        "Loosens the legs while they mend; nothing is trained.",
        Plain(),
        When(whom.EVERYBODY, frozenset({Phase.RECOVERY})),
        "a little longer each week after the race",
        "Martinez-Navarro 2021: 40 min easy every other day after 48 h off did not slow recovery",
        Evidence.B,
        "walk instead",
    ),
    Session(
        "easy-strength",
        Theme.EASY,
        Kind.EASY,
        "Easy run, strength if you like",
        "An easy run that leaves something for the legs to lift.",
        Plain(),
        When(whom.EVERYBODY, whom.BEFORE_TAPER),
        "twice a week in the base, once after it, none in the taper; heavier before more often",
        STRENGTH,
        Evidence.A,
        "the run without the strength, or the other way round",
        "If you like, strength later in the day: squats, lunges, calf raises, a plank; two or "
        "three sets of 6 to 10, so heavy that three more would just go. Begin lighter than that.",
    ),
    Session(
        "medium-long",
        Theme.EASY,
        Kind.EASY,
        "Medium-long run",
        "A second long stretch in mid-week: much of what a long run gives, at half of its price.",
        Plain(),
        When(whom.FAR | whom.HILLY | {Family.FINISH}, whom.BEFORE_TAPER),
        "as the week grows",
        "practice of marathon plans (Knopp 2024); volume goes with marathon times (Doherty 2020)",
        Evidence.D,
        SHORTEN,
    ),
    Session(
        "run-walk-start",
        Theme.EASY,
        Kind.EASY,
        "Run a minute, walk a minute",
        "Gets bones and tendons used to running while the effort stays easy.",
        Plain(),
        When(whom.EVERYBODY, whom.ALWAYS, frozenset({Level.LOW})),
        "four weeks of it, then three minutes at a time",
        WALKING,
        Evidence.D,
        "walk all of it",
    ),
    Session(
        "run-walk",
        Theme.EASY,
        Kind.EASY,
        "Run three minutes, walk one",
        "More running, as easy as before.",
        Plain(),
        When(whom.EVERYBODY, whom.ALWAYS, frozenset({Level.LOW})),
        "until eight weeks have been regular, then easy runs",
        WALKING,
        Evidence.D,
        "run a minute at a time again",
    ),
)

STRIDES = (
    Session(
        "easy-strides",
        Theme.STRIDES,
        Kind.STRIDES,
        "Easy run with strides",
        "Easy running with a reminder of speed.",
        Plain(),
        When(whom.EVERYBODY, whom.ALWAYS),
        "four strides, then six",
        "rule S-1; coaching practice",
        Evidence.D,
        "leave the strides out",
    ),
    Session(
        "hill-strides",
        Theme.STRIDES,
        Kind.STRIDES,
        "Easy run with hill strides",
        "Ten seconds uphill: strength and speed that cost next to nothing.",
        Plain(),
        When(frozenset(Family) - {Family.HEALTH}, whom.BASE),
        "four, then six",
        "Barnes 2013 (n 20: the steepest, shortest intervals were best for running economy)",
        Evidence.B,
        "leave them out",
        "A steep hill if there is one; full speed is not asked for.",
    ),
    Session(
        "shakeout",
        Theme.STRIDES,
        Kind.STRIDES,
        "Shakeout",
        "Loosens the legs and the mind on the eve of a race.",
        Plain(),
        When(whom.EVERYBODY, frozenset({Phase.TAPER})),
        "always short",
        "coaching practice (rule T-4)",
        Evidence.D,
        "rest",
    ),
)

LONG = (
    Session(
        "long",
        Theme.LONG,
        Kind.LONG,
        "Long run",
        "Endurance: time on your feet, fuel and patience.",
        Plain(),
        When(whom.EVERYBODY, whom.ALWAYS),
        "at most a tenth longer than the longest of 30 days (rule P-2)",
        LONG_RUN,
        Evidence.C,
        NO_PACE,
    ),
    Session(
        "long-race-pace",
        Theme.LONG,
        Kind.LONG,
        "Long run with race pace",
        "Rehearses the day: its pace, its drinking and its fuel on tired legs.",
        Plain(),
        When(whom.FAR, whom.BUILD_PEAK),
        "three blocks, then two, then one long one near the race",
        "practice of marathon plans (Knopp 2024)",
        Evidence.D,
        NO_PACE,
        "Practise what you will carry, eat and wear.",
    ),
    Session(
        "long-finish",
        Theme.LONG,
        Kind.LONG,
        "Long run, the end at race pace",
        "Practises holding back, and the pace of the day when it counts.",
        Plain(),
        When(whom.FAR | {Family.FINISH}, whom.BUILD_PEAK),
        "up to 18 min, so that it stays an easy day",
        "coaching practice",
        Evidence.D,
        NO_PACE,
        "If the end is no faster, the beginning was too fast.",
    ),
    Session(
        "long-run-walk",
        Theme.LONG,
        Kind.LONG,
        "Long run with walking breaks",
        "Hours on your feet at an effort that stays easy; rehearses the breaks of the day.",
        Plain(),
        When(whom.WALKERS, whom.BEFORE_TAPER),
        "nine minutes of running to one of walking; longer as the long run grows",
        FIRST_MARATHON,
        Evidence.B,
        "walk every fifth minute",
        "Walk before you have to: from the first break on.",
    ),
    Session(
        "long-hills",
        Theme.LONG,
        Kind.LONG,
        "Long run over hills",
        "Hours up and down: legs that have gone down are sore once, not twice.",
        Plain(),
        When(whom.HILLY, whom.BEFORE_TAPER),
        "longer first, then with more climb",
        "one bout of going down protects against the next (repeated bout effect); practice",
        Evidence.D,
        "flatter, or three quarters of it",
        "Climb as much a kilometre as the race does. Hike steep bits, go down with short steps.",
    ),
    Session(
        "back-to-back",
        Theme.LONG,
        Kind.LONG,
        "Long run before the long run",
        "The day before a long run: the next one starts on tired legs, as the second half of an "
        "ultra does, without one very long run.",
        Plain(),
        When(frozenset({Family.ULTRA}), whom.BUILD_PEAK),
        "from four runs a week on, every other week, six tenths of the long run",
        "practice of ultra runners",
        Evidence.D,
        "an easy hour",
        "All of it easy. Eat and drink as in the race; recover with food straight away.",
    ),
)
