"""What the program is made of: read from the lock, told in a form that others read."""
