"""HTTP for every service: authentication, faults, microversions, paging, links, raw byte streams."""
