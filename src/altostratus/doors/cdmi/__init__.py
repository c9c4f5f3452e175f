"""SNIA's Cloud Data Management Interface, version 1.1.1 (ISO/IEC 17826:2016), over the object store: see README.md."""
