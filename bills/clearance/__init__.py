"""The clearance of bills: one module a direction, and the guards they share."""
