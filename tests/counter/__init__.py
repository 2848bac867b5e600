"""The Service Centre."""
