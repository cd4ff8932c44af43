"""What every door uses: who asks, how to act, how errors and words are shown."""
