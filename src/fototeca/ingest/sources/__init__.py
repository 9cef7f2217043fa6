"""Where images come from, each kind in a module. Nothing is imported here: processes that measure need little."""
