"""Door of party organisations, memberships, reports to communities and how members take part."""
