"""What the door answers: a function for each operation of S3, by what they are about."""
