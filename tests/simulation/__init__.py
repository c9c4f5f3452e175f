"""Seeded simulations of the whole cloud: from one seed a workload, and everything that goes wrong beside it."""
