"""What tests of services and drivers stand on: time, scheduling, lanes, faults and crashes on demand, an API client."""
