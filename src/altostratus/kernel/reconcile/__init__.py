"""Reconciling: what is wanted is compared with what is seen, and one safe step is taken at a time."""

from altostratus.kernel.reconcile.loop import Engine
from altostratus.kernel.reconcile.outcome import Again, Done, Outcome, Terminal
from altostratus.kernel.reconcile.reconciler import Pass, Reconciler

__all__ = ["Again", "Done", "Engine", "Outcome", "Pass", "Reconciler", "Terminal"]
