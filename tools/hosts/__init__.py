"""Several hosts on one machine: each a network namespace of its own with an address, joined by a switch. `make hosts` runs the scenes."""
