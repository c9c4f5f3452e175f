"""Standards that span services, over what the services promise each other in contracts."""
