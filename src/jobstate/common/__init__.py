"""What every package may need and none owns: times, text made printable, the logger, closing."""
