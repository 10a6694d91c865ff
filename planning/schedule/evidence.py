"""The rules that a change is made by: what each says, who found it, and how strong that is.

Strength: A trials pooled or large, B single good studies, C observation or models, D experts and
custom, E a convention of ours. The whole table is in `planning/README.md`.
"""

from dataclasses import dataclass

from planning.schedule.plan import ASKED, BY_HAND


@dataclass(frozen=True, slots=True)
class Rule:
    """`says` in one plain sentence; `strength` is "" for what the athlete decides."""

    says: str
    source: str = ""
    strength: str = ""

    def in_words(self) -> str:
        """`At most ... (Frandsen 2025, evidence C).`"""
        if not self.strength:
            return f"{self.says}."
        beside = f"{self.source}, evidence" if self.source else "evidence"
        return f"{self.says} ({beside} {self.strength})."


RULES = {
    BY_HAND: Rule("What you do to your plan stands"),
    ASKED: Rule("The plan is for what you ask of it"),
    "B-1": Rule(
        "Whoever begins to run walks at first; strides come after four weeks, hard running after "
        "six, and paces with five runs and an estimate that is sure enough",
        "",
        "D",
    ),
    "G-1": Rule(
        "Target paces follow the estimate, never a goal, once it has moved by one per cent or a "
        "race has told more",
        "",
        "D",
    ),
    "H-1": Rule(
        "Above 25 C heart rate or effort take the place of paces",
        "Ely 2007, El Helou 2012",
        "C",
    ),
    "H-2": Rule(
        "What the nights say may take a hard session away, and never gives one",
        "Manresa-Rocamora 2021; outcome SMD 0.20, -0.09 to 0.48",
        "A",
    ),
    "I-5": Rule("Three quarters of a week's time are easy", "", "D"),
    "I-6": Rule(
        "48 hours lie between hard sessions, and three runs hold one of them", "Casado 2022", "D"
    ),
    "L-1": Rule("The long run is half of the week at most, 60 % below 40 km", "", "E"),
    "M-2": Rule("From 50 on 72 hours lie between hard sessions", "", "D"),
    "P-1": Rule("Weeks undulate, and one in four is lighter", "Costa 2019", "B"),
    "P-2": Rule(
        "A run is at most 1.10 times the longest of the last 30 days", "Frandsen 2025", "C"
    ),
    "P-3": Rule("A week holds 10 % or 3 km more than was really held, at most", "", "E"),
    "R-1": Rule(
        "After an illness half of the volume and nothing hard for five to seven days",
        "Ruuskanen 2023",
        "D",
    ),
    "R-3": Rule("Coming back takes about as long as the break was", "", "C"),
    "T-3": Rule(
        "The last weeks before a race hold their share of the peak week",
        "Wang 2023, Knopp 2024",
        "A",
    ),
}
