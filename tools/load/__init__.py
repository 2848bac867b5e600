"""A mixed day at rising rates, by locust: `make load` finds what this machine sustains and what a declaration costs."""
