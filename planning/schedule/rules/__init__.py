"""The rules of planning (the table of `planning/README.md`), each as a check of a finished plan.

A check is a generator of findings from a `Case`; `planning.schedule.lint` runs them all. What the
athlete put in place by hand is the athlete's, and no finding.

Checked, with the id that a finding carries:

    B-1   beginners.begun       no hard session for six weeks, no strides for four; at first
                                walking in every easy run, and three runs unless more are asked for
    G-2   races.even_pace       a race on the flat begins no faster than it goes on
    I-5   weeks.easy_share      three quarters of the time of a week without a race are easy
    I-6   weeks.spacing         48 h between hard sessions; two a week, one at three runs
    L-1   weeks.long_runs       35 km, 3 h, 2.5 h before a first marathon; half of the week
    M-2   weeks.spacing         72 h from 50 on, as I-6; and weeks.lighter, as P-1
    P-1   weeks.lighter         a lighter week after six, from 50 on after four
    P-2   days.longest          1.10 x the longest training run of 30 days; after a month off half
    P-3   weeks.volume          10 % or 3 km over the level held
    P-5   weeks.ceiling         1.5 x the highest four-week mean of a year, or the distance's least
    R-1   days.breaks           no run on a day off, nothing hard just after an illness
    T-2   races.falling         no week of a taper holds more than the one before
    T-3   races.taper           the weeks of a taper hold their share of the peak week
    T-4   races.minor_races     no hard session beside a B race, one less beside a C race
    T-5   races.around_races    nothing hard in the days before and after a race
          races.rest_after      two days of rest after a marathon
    Y-1   races.young           no race too long for the young
    days, pace, race, shape     the athlete's weekdays; sane targets; each race on its day; whole
                                weeks of whole workouts

In part, for the rest cannot be told from a plan: of T-4 the light days before a B race (how light
is for the whole week, `tests/planning/schedule/worth.py`); of P-2 the time on trails (lint has
metres); of L-1 the offer of run-walk; of G-2 critical speed and fuelling, which are in no step's
numbers (`test_race_day.py`); of B-1 that paces wait for a sure estimate, which lint does not know.

Not checked, because a plan does not show it:

    C-1, G-1, H-1, I-3, W-1 to W-3, Z-1, Z-2   of forecasts and targets: ability, weather, borders
                                and words are not in a plan, and checking them from the same
                                estimate would check nothing (`tests/planning/fitness`, `goals`)
    F-1, F-2, P-4, S-2          what is never done: nothing in a plan is made from it
    H-2                         of the day's readiness: a fact that lint is not given
    I-1, I-2, I-4, L-2, S-1     aims and choices, not limits: the split is held against published
                                plans (`test_practice.py`), key sessions by `worth.py`
    R-2                         of two plans, yesterday's and today's (`test_adapt.py`)
    R-3                         lint does not know which days a source withholds, and would take
                                them for a break (`test_adapt.py`); P-1, P-2 and P-3 allow its way
                                back
    T-1                         intensity and runs of a taper: `worth.py`
"""
