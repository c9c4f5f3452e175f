"""Objects: what they are, who keeps their bytes, and Swift's API to them."""
