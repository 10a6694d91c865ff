"""The README against the code: every setting, every command, and none that is not there."""

import re
from enum import Enum

import pytest

from tests.documents import (
    DOCUMENTS,
    ROOT,
    commands,
    problem_with,
    shell_lines,
    spans,
    text_of,
)
from worker.settings import Settings, variable

README = text_of("README.md")
DEPLOYED = (p for p in (ROOT / "deploy").rglob("*") if p.is_file() and p.suffix != ".pyc")
EVERYWHERE = sorted({*DOCUMENTS, *(str(p.relative_to(ROOT)) for p in DEPLOYED if p.name != ".env")})


def rows(first_word):
    """Rows of the tables whose first cell is code that begins so."""
    found = re.findall(rf"^\| `({first_word}[^`]*)` \| (.*) \|$", README, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in found}


def default_of(field):
    if field.default_factory is not None:
        return "SQLite in the home"
    match field.default:
        case None:
            return "unset"
        case ():
            return "none"
        case Enum() as chosen:
            return f"`{chosen.value}`"
        case value:
            return f"`{value}`"


def test_every_setting_stands_in_the_table_with_its_default_and_a_meaning():
    told = rows("GOALWARD_")
    assert {name: cells[0] for name, cells in told.items()} == {
        variable(name): default_of(field) for name, field in Settings.model_fields.items()
    }
    assert all(len(cells) == 2 and len(cells[1]) > 10 for cells in told.values())


def test_every_command_stands_in_the_table_with_its_purpose_and_no_other():
    told = rows("goalward ")
    assert told.keys() == {f"goalward {path}" for path in commands()}
    assert all(len(cells) == 1 and len(cells[0]) > 10 for cells in told.values())


@pytest.mark.parametrize("document", EVERYWHERE)
def test_no_document_names_a_setting_that_does_not_exist(document):
    named = set(re.findall(r"\bGOALWARD_[A-Z][A-Z_]*[A-Z]\b", text_of(document)))
    assert named <= {variable(name) for name in Settings.model_fields}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_command_lines_to_be_typed_parse(document):
    wrong = [problem_with(words, whole=True) for words in shell_lines(text_of(document))]
    assert [problem for problem in wrong if problem] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_that_are_named_exist_with_their_options(document):
    wrong = [problem_with(words, whole=False) for words in spans(text_of(document))]
    assert [problem for problem in wrong if problem] == []


def test_the_readme_shows_commands_at_all():
    assert len(list(shell_lines(README))) > 20
    assert len(list(spans(README))) > 40


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("goal add --distance half --day 2027-03-21", True),
        ("weather set --temp 20", False),  # the day is missing
        ("goal add --day 2027-03-21 --tempo 4:00", False),
        ("goal invent", False),
        ("fly", False),
        ("goal", False),
        ("goal add --help", True),
        ("plan move 2027-03-09", False),
        ("athlete set --runs-per-week 9", False),
    ],
)
def test_what_is_checked_tells_right_lines_from_wrong_ones(line, right):
    assert (problem_with(line.split(), whole=True) is None) is right


@pytest.mark.parametrize(
    ("line", "right"),
    [("goal", True), ("goal add", True), ("fitness --explain", True), ("fitness --why", False)],
)
def test_a_command_may_be_named_without_its_arguments(line, right):
    assert (problem_with(line.split(), whole=False) is None) is right


def anchors(text):
    """As GitHub makes them: lower case, punctuation dropped, blanks to hyphens."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_within_the_project_lead_somewhere(document):
    here = (ROOT / document).parent
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(document)):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        file = here / path if path else ROOT / document
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_make_targets_that_are_named_exist(document):
    targets = set(re.findall(r"^(\w+):", text_of("Makefile"), re.MULTILINE))
    lines = re.findall(r"(?:^|`)make (\w+)", text_of(document), re.MULTILINE)
    assert set(lines) <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_that_are_named_exist(document):
    """Code spans that look like a path of this repository."""
    named = re.findall(
        r"`((?:planning|connectors|worker|deploy|tests)/[\w./-]+)`", text_of(document)
    )
    made_by_hand = {"deploy/.env"}
    assert [p for p in named if p not in made_by_hand and not (ROOT / p).exists()] == []


@pytest.mark.parametrize(
    "words",
    [
        "The accounts are connected, and half a year of running comes in",
        "The watch calendar now, read back through the Garmin client",
        "of ours, each once; all that is planned is there.",
        "Untouched beside them:",
        "instead of the long run a 10K race, and a good one",
        "a key session is missed",
        "No run arrives. Silence is not rest: nothing is called missed until a later run",
        "proves that the watch has synced.",
        "it is not made up.",
        "From webhook to calendar:",
    ],
)
def test_the_demo_says_what_the_readme_quotes(words):
    """Its own words; the numbers between them come from the planner, and may move."""
    assert words in README
    assert words in text_of("worker/demo.py")
