"""The packages' own documents, and the figures of all of them, against the code."""

import re
from importlib import import_module
from importlib.metadata import entry_points

import pytest

from connectors import errors, ports
from connectors.registry import GROUP
from planning.calendar.cases import KEPT
from planning.fitness.ability import BASE_SD, ENOUGH_RUNS, WINDOW_DAYS
from planning.fitness.prediction import HORIZON_SD
from planning.goals.completion import ALL_MET
from planning.schedule.limits import FREEZE_DAYS
from planning.schedule.pacing import MATERIAL_DAYS, MOST_MATERIAL, MOVED_LN
from tests.documents import ROOT, text_of
from worker.actors import ACTORS
from worker.asking import POLL_EVERY
from worker.broker import SWEEP_EVERY_S
from worker.inbox import WAITING_AT_MOST
from worker.notify import FILE_SCHEME, QUIET_FROM, QUIET_UNTIL
from worker.outbox import LEASE, MAX_TRIES, RENEW_EVERY_S
from worker.web.app import BEHIND_AFTER_S

NUMBERS = {2: "two", 3: "three", 5: "five", 7: "seven", 8: "eight", 10: "ten"}


def flat(name):
    return re.sub(r"\s+", " ", text_of(name))


@pytest.mark.parametrize("package", ["planning", "connectors", "worker"])
def test_every_module_and_folder_at_the_top_of_a_package_is_named(package):
    """One line of the table may name several."""
    told = text_of(f"{package}/README.md")
    there = [p for p in (ROOT / package).iterdir() if not p.name.startswith(("_", "README"))]
    paths = [f"{package}/{p.name}{'/' if p.is_dir() else ''}" for p in there]
    named = {path for path in paths if f"`{path}`" in told}
    if package == "connectors":  # its connectors stand in the table by name
        named |= {path for path in paths if f"| `{path.split('/')[1]}` |" in told}
    assert sorted(set(paths) - named) == []


def test_the_table_of_connectors_is_what_is_installed_with_the_tier_each_claims():
    told = dict(
        re.findall(r"^\| `(\w+)` \|.*\| (\w+) \|$", text_of("connectors/README.md"), re.MULTILINE)
    )
    ours = {p.name: p for p in entry_points(group=GROUP) if p.value.startswith("connectors.")}
    assert told.keys() == ours.keys()
    for name, point in ours.items():
        claimed = re.search(r"Tier: (\w+)\.", import_module(point.module).__doc__)
        assert claimed is None or claimed.group(1) == told[name]


def test_the_guide_for_connectors_names_ports_and_errors_that_there_are():
    told = text_of("connectors/README.md")
    for name in ("ActivitySource", "WebhookReceiver", "WorkoutCalendar"):
        assert f"**{name}.**" in told
        assert hasattr(ports, name)
    table = set(re.findall(r"^\| `(\w+)(?:\(\w+\))?` \| ", told, re.MULTILINE))
    four = {error.__name__ for error in errors.ServiceError.__subclasses__()}
    assert {name for name in table if name[0].isupper()} == four & table == four


def test_the_guide_calls_contracts_as_they_are():
    contract = import_module("connectors.contract")
    called = set(re.findall(r"\b(check_\w+)\(", text_of("connectors/README.md")))
    assert called == {name for name in vars(contract) if name.startswith("check_")}


def test_the_marker_is_told_as_it_is():
    assert f"`{ports.MARKER.format(ident='IDENT')}`" in text_of("connectors/README.md")
    assert f"`{ports.MARKER.format(ident='...')}`" in text_of("README.md")


def test_the_actors_are_those_of_the_table():
    table = text_of("worker/README.md").partition("## The actors")[2].partition("##")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == ACTORS.keys()


def test_every_rule_that_the_code_names_stands_in_the_table():
    """A rule's number is what receipts and `plan why` show: it must be possible to look it up."""
    source = "".join(p.read_text() for p in (ROOT / "planning/schedule").rglob("*.py"))
    shown = set(re.findall(r"\"([A-Z]-\d)\"", source))
    rows = re.findall(
        r"^\| ([A-Z]-\d(?:, [A-Z]-\d)*) \|", text_of("planning/README.md"), re.MULTILINE
    )
    told = {rule for row in rows for rule in row.split(", ")}
    assert shown
    assert shown - told == set()


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("README.md", f"none between {QUIET_FROM:%H:%M} and {QUIET_UNTIL:%-H:%M}"),
        ("README.md", f"asked for every {NUMBERS[int(POLL_EVERY.total_seconds() // 60)]} minutes"),
        ("README.md", f"on a day more than {KEPT.days} days ago are pruned"),
        ("README.md", f"`{FILE_SCHEME}PATH`"),
        ("README.md", f"there are {NUMBERS[ENOUGH_RUNS]} usable runs in {WINDOW_DAYS} days"),
        ("README.md", f"The next {24 * FREEZE_DAYS} hours are frozen."),
        ("README.md", f"moved by {MOVED_LN:.0%}".replace("%", " %")),
        ("README.md", f"{NUMBERS[MOST_MATERIAL]} material changes of the plan in {NUMBERS[MATERIAL_DAYS]} days"),
        ("deploy/README.md", f"work has waited over {NUMBERS[int(BEHIND_AFTER_S // 60)]} minutes"),
        ("deploy/README.md", f"Something failed {NUMBERS[MAX_TRIES]} times"),
        ("deploy/README.md", f"when {WAITING_AT_MOST} wait"),
        ("deploy/README.md", f"up to {NUMBERS[int(SWEEP_EVERY_S)]} seconds later"),
        ("worker/README.md", f"a lease of {NUMBERS[int(LEASE.total_seconds())]} seconds"),
        ("worker/README.md", f"renewed every {NUMBERS[int(RENEW_EVERY_S)]}"),
        ("worker/README.md", f"A sweep, every {NUMBERS[int(SWEEP_EVERY_S)]} seconds"),
        ("worker/README.md", f"after {NUMBERS[MAX_TRIES]}, *buried*"),
        ("planning/README.md", " / ".join(f"{sd:.3f}"[1:] for sd in BASE_SD)),
        ("planning/README.md", f"grows by {HORIZON_SD:.3f}".replace("0.", ".")),
        ("planning/README.md", f"in place {ALL_MET:.2f} finish".replace("0.", ".")),
    ],
)  # fmt: skip
def test_a_figure_that_is_told_is_the_one_in_force(document, sentence):
    assert sentence in flat(document)


@pytest.mark.parametrize(
    "document", ["README.md", "deploy/README.md", "deploy/Dockerfile", "deploy/compose.yaml"]
)
def test_no_registry_is_named(document):
    host = r"(docker|ghcr|quay|gcr)\.io|pypi\.org|pythonhosted|index-url|mirror"
    assert re.findall(host, text_of(document)) == []
