"""The cloud's services. Each is a folder of the same shape and independent of the others: they meet in contracts."""
