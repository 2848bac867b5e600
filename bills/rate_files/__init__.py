"""Files of rates: the tariff and the rates of exchange, loaded by the System Admin and approved by another one."""
