"""`python -m tests.benchmarks [PART]`: ratios against a ceiling measured in the same run.

A part is a module of this folder with `run() -> list of rows`, each row a mapping of column to
value. Its docstring says what is compared with what. With `missed(rows)` it says whether a target
that does not depend on the machine was missed: then the exit status is 1.
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
    failed = False
    for name in wanted or parts():
        module = importlib.import_module(f"tests.benchmarks.{name}")
        rows = module.run()
        show(console, name, module, rows)
        failed |= hasattr(module, "missed") and module.missed(rows)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
