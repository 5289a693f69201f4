"""What each command prints with --json, as types; the schemas in docs/schemas are made from them.

The commands build their output themselves; tests/acceptance/test_json_schemas.py compares it with these types.
Not imported when a command runs.
"""
