"""Our own SQLite file: what was seen, learned, suggested, rejected and written."""
