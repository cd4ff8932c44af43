"""What scheduled jobs and the relay have done, for operators and auditors."""
