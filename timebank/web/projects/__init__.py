"""Door of projects, shifts and sign-ups: public, for organizers, for reviewers."""
