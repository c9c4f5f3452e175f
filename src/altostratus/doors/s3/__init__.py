"""Amazon's S3 API over the object store."""
