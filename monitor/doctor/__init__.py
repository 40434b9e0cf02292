"""What `monitor doctor` looks at: small checks that only read, each with one line of what it saw."""
