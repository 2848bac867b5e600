"""Manual clearance in downtime: approved beforehand, on numbered paper forms, regularised afterwards (PN17 15.0)."""
