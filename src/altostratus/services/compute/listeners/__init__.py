"""What reaches compute other than by the API: machine events and guests that ask for their metadata."""
