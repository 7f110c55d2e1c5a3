"""Consents to the processing of personal data: versioned documents, one a purpose, and the journal of what was given and taken back."""
