"""Backups: a folder of parts named by what they are, with a list of their hashes; made, looked through, brought back."""
