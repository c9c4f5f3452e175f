"""What every service stands on: errors, ids, time, actors, policy, events, transactions, reconciling, HTTP."""
