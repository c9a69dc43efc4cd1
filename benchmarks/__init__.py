"""Measuring the site against a bare floor on this machine: `make bench` (README.md says what and how)."""
