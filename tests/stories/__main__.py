"""Prints the stories, or keeps them in `told/`: `python -m tests.stories [STORY...] [--write]`."""

import argparse
import sys

from tests.stories.stories import STORIES
from tests.stories.telling import TOLD, file_of, transcript


def main(arguments):
    given = argparse.ArgumentParser(prog="python -m tests.stories")
    given.add_argument("stories", nargs="*", metavar="STORY", choices=[*STORIES, []])
    given.add_argument("--write", action="store_true", help="keep them in told/")
    asked = given.parse_args(arguments)
    for name in asked.stories or STORIES:
        told = transcript(STORIES[name]())
        print(told)
        if asked.write:
            TOLD.mkdir(exist_ok=True)
            file_of(name).write_text(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
