"""Tags of the Service Centre."""
