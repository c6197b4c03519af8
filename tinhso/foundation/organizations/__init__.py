"""Units, posts, people, assignments, delegations, places and codes: all dated."""
