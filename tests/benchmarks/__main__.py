"""`python -m tests.benchmarks [PART]`: ratios against a ceiling measured in the same run.

A part is a module of this folder with `run() -> list of rows`, each row a mapping of column to
value. Its docstring says what is compared with what.
"""

import importlib
import pkgutil
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table


def parts():
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(part.name for part in found if not part.name.startswith("_"))


def show(console, name, module, rows):
    first, _, rest = (module.__doc__ or "").partition("\n")
    table = Table(title=f"{name}: {first}", title_justify="left")
    for column in rows[0] if rows else ():
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)
    console.print(" ".join(rest.split()), style="dim")


def main(wanted):
    console = Console()
    unknown = [name for name in wanted if name not in parts()]
    if unknown:
        console.print(f"There is no part {', '.join(unknown)}; there are {', '.join(parts())}.")
        return 2
    for name in wanted or parts():
        module = importlib.import_module(f"tests.benchmarks.{name}")
        show(console, name, module, module.run())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
