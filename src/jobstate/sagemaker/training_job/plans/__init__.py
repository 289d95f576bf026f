"""Where the statuses of a training job stand in pictures, by how much is drawn; made by hand."""
