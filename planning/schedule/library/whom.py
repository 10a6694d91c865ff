"""Goals and phases that sessions of the library name together."""

from planning.schedule.library.session import Family, Level
from planning.schedule.plan import Phase

EVERYBODY = frozenset(Family)
SHORT = frozenset({Family.FIVE_K, Family.TEN_K})
ROAD = frozenset({Family.FIVE_K, Family.TEN_K, Family.HALF, Family.MARATHON})
FAR = frozenset({Family.HALF, Family.MARATHON})
RACERS = frozenset(Family) - {Family.HEALTH, Family.FINISH}
CALM = frozenset({Family.HEALTH, Family.FINISH})
HILLY = frozenset({Family.TRAIL, Family.ULTRA})
WALKERS = frozenset({Family.FINISH, Family.ULTRA})

ALWAYS = frozenset(Phase)
IN_SEASON = frozenset(Phase) - {Phase.RECOVERY}
BEFORE_TAPER = frozenset({Phase.BASE, Phase.BUILD, Phase.PEAK})
BASE = frozenset({Phase.BASE})
BASE_BUILD = frozenset({Phase.BASE, Phase.BUILD})
BUILD_PEAK = frozenset({Phase.BUILD, Phase.PEAK})
TO_THE_RACE = frozenset({Phase.BUILD, Phase.PEAK, Phase.TAPER})
LAST_WEEKS = frozenset({Phase.PEAK, Phase.TAPER})

NOT_LOW = frozenset({Level.MIDDLE, Level.HIGH})
