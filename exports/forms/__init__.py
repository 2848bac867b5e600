"""The forms of shipping bills: one file for whoever answers."""
