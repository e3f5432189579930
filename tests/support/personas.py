"""Three persons who answer the diagnosis of autonomy."""

ANDREI = {
    "X1": "no", "A1": ["keypad"], "A3": "nowhere", "U1": "never", "M1": ["rights"], "M2": "for-me",
    "O1": "hard", "O2": ["language"], "O3": "moment", "O4": "nobody",
}  # fmt: skip
AURELIE = {
    "X1": "month", "X2": "money", "A1": ["smartphone"], "A2": "mine", "A3": "prepaid", "A4": "sometimes", "U1": "little",
    "U2": "easy", "U3": "sometimes", "U4": "rarely", "U5": "not-done", "U6": "press", "U7": ["messages", "videos", "networks"],
    "M1": ["money", "school"], "M2": "with", "O1": "long", "O2": ["safe"], "O3": "lasting", "O4": "nobody",
}  # fmt: skip
SANDRINE = {
    "X1": "no", "A1": ["computer"], "A2": "mine", "A3": "someone", "A4": "sometimes", "U1": "often", "U2": "easy",
    "U3": "sometimes", "U4": "weekly", "U5": "helped", "U6": "leave", "U7": ["messages", "shopping"],
    "M1": ["work"], "M2": "learn", "O1": "easy", "O2": ["cheaper"], "O3": "lasting", "O4": "relative",
}  # fmt: skip
