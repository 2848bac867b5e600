"""Pages of shipping bills."""
