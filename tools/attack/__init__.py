"""ECCS under attack: generated requests, scanners, tricks of headers and hosts, brute force, and rows changed behind its back."""
