"""Value and duty, worked out by the law of the day, in exact decimals. Nothing here reads or writes."""
