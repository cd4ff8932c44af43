"""The double-entry book of service time, time credit and love points."""
