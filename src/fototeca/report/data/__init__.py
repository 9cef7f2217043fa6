"""The page about a dataset: what an archive asks before it trains on one."""
