"""Goods nobody cleared: listed, notified, returned to origin or disposed of (PN17 5.0(v); Regulations 2010, reg. 5)."""
