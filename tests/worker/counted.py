"""Looking over the shoulder of a database."""

from contextlib import contextmanager

from sqlalchemy import event


@contextmanager
def transactions(engine, table):
    """How many rows of a table each transaction wrote."""
    sizes = []

    def counted(_conn, cursor, statement, parameters, _context, many):
        if statement.startswith("BEGIN"):
            sizes.append(0)
        if statement.startswith(f"INSERT INTO {table} "):
            columns = statement.partition("(")[2].partition(")")[0].count(",") + 1
            one_each = bool(parameters) and isinstance(parameters[0], (tuple, dict))
            rows = len(parameters) if one_each else len(parameters) // columns
            sizes[-1] += rows if many else 1

    event.listen(engine, "before_cursor_execute", counted)
    try:
        yield sizes
    finally:
        event.remove(engine, "before_cursor_execute", counted)
