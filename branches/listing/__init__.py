"""Lists of people and of branches, read in: what each row would change is told first, then all of it is done or nothing."""
