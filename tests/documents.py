"""What the Markdown files say: settings, commands, links; and the commands as they really are."""

import re
import shlex
from pathlib import Path

import typer

from worker.cli import app

ROOT = Path(__file__).parent.parent
DOCUMENTS = (
    "README.md",
    "planning/README.md",
    "connectors/README.md",
    "worker/README.md",
    "deploy/README.md",
)


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def commands():
    """Every command by its path, such as `goal add`; groups are not commands."""
    found = {}
    ahead = [((), typer.main.get_command(app))]
    while ahead:
        path, command = ahead.pop()
        if not hasattr(command, "list_commands"):
            found[" ".join(path)] = command
            continue
        there = command.list_commands(None)  # also those that connectors bring
        ahead += [((*path, name), command.get_command(None, name)) for name in there]
    return found


def blocks(text):
    """The lines of fenced blocks, continued lines joined."""
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from block.replace("\\\n", " ").splitlines()


def shell_lines(text):
    """Command lines of fenced blocks that call goalward, as lists of words behind its name."""
    for line in blocks(text):
        words = line.removeprefix("$ ").strip()
        if re.match(r"(\S*/)?goalward ", words):
            yield shlex.split(words, comments=True)[1:]


def spans(text):
    """Command lines within a sentence: `goalward ...`."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for words in re.findall(r"`goalward ([^`]+)`", prose):
        yield words.split()


def problem_with(words, *, whole):
    """Why `goalward WORDS` is no command line; None when it is one.

    `whole`: arguments and options must be there and parse, as in a line to be typed; otherwise the
    command may be just named, or its group.
    """
    known = commands()
    path = []
    while words and any(name.split()[: len(path) + 1] == [*path, words[0]] for name in known):
        path.append(words[0])
        words = words[1:]
    command = known.get(" ".join(path))
    if command is None:
        is_group = bool(path) and not words and not whole
        return None if is_group or words == ["--help"] else f"no command {path} {words}"
    if words == ["--help"]:
        return None
    if not whole:
        options = {name for param in command.params for name in param.opts}
        wrong = [word for word in words if word.startswith("-") and word not in options]
        return f"{path} has no {wrong}" if wrong else None
    try:
        command.make_context(" ".join(path), list(words))
    except Exception as error:  # noqa: BLE001 -- whatever the parser says
        return f"{path} {words}: {error}"
    return None
