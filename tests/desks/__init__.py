"""The work of the desks."""
