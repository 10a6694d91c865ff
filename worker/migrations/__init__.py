"""The schema's history: one module a step, in `versions/`. Run by `worker.db.migrate`."""

HEAD = "0010"  # the last step; a test compares it with the modules
