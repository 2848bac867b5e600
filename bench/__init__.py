"""The benchmarks: each measures ECCS beside a floor or a peer in the same run, and reports the ratio."""
