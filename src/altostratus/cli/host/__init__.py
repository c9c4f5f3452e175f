"""What Altostratus needs to know of, and change on, the machine it runs on. Nothing here needs libvirt-python."""
