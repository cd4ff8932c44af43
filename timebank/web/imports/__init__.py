"""Door of imports: files of people, their dry run, their report, taking them in."""
