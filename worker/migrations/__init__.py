"""The schema's history: one module a step, in `versions/`. Run by `worker.db.migrate`."""
