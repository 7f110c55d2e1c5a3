"""People and how they are known: subscribers, staff, crew members, users of legal entities, their sessions."""
