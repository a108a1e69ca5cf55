"""Learning: from past visits and what the record said before each, to a scorecard that a person may put in force."""
