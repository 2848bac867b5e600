"""The forms of bills: what officers answer at their desks, what couriers declare and reply."""
