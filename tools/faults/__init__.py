"""Everything that can die is killed, stopped, filled up or set wrong while firms file and pay; then every consequence is audited. `make faults`."""
