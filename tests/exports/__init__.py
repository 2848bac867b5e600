"""Courier Shipping Bills."""
