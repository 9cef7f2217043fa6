"""Object storage: its key layout, its client, and the formats of what lies in it."""
