"""The HTTP API, and the keys that open it."""
