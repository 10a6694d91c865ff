"""How many random cases: small and the same each time in `make test`, large in `make verify`.

`GOALWARD_EXAMPLES` sets the number; `GOALWARD_SEED` (a number) makes chance differ from the next
shard's. Seeds are printed by whoever sets them.
"""

import os

SEED = os.environ.get("GOALWARD_SEED")
FIXED = SEED is None  # for hypothesis' `derandomize`: the same cases at every run


def examples(small):
    return int(os.environ.get("GOALWARD_EXAMPLES") or small)
