"""The first flight of a fresh installation, by its pages alone: from the System Admin's link to Out of Charge."""
