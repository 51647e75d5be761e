"""What the commands in this folder are made of, where that is Python."""
